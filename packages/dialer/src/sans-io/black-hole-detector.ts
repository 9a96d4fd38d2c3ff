import { addressInfo } from './address-info.ts'
import { BLACK_HOLE_MIN_SUCCESSES, BLACK_HOLE_WINDOW } from './constants.ts'
import type { AddressInfo } from './address-info.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * - `probing`: too few results to tell, everything is dialed
 * - `allowed`: enough dials succeed
 * - `blocked`: packets of this class vanish; one request in `window` is let through
 */
export type BlackHoleState = 'probing' | 'allowed' | 'blocked'

export interface BlackHoleClass {
  /** Shown in metrics, such as `udp`. */
  name: string

  /** Whether a public address belongs to the class. */
  matches(info: AddressInfo, address: Multiaddr): boolean

  /** Results that are looked at, and every how many requests a blocked class is probed. Default 100, as go. */
  window?: number

  /** Successes among them for the class to be allowed. Default 5, as go. */
  minSuccesses?: number
}

export const UDP_BLACK_HOLE: BlackHoleClass = { name: 'UDP', matches: info => info.isUdp }
export const IPV6_BLACK_HOLE: BlackHoleClass = { name: 'IPv6', matches: info => info.family === 6 }

/** Success of the last dials to one class of addresses. go: BlackHoleSuccessCounter. */
export class BlackHoleSuccessCounter {
  readonly name: string
  readonly matches: BlackHoleClass['matches']
  readonly #window: number
  readonly #minSuccesses: number
  #results: boolean[] = []
  #successes = 0
  #requests = 0
  #state: BlackHoleState = 'probing'

  constructor (init: BlackHoleClass) {
    this.name = init.name
    this.matches = init.matches
    this.#window = init.window ?? BLACK_HOLE_WINDOW
    this.#minSuccesses = init.minSuccesses ?? BLACK_HOLE_MIN_SUCCESSES
  }

  get state (): BlackHoleState {
    return this.#state
  }

  /** Of the results looked at, 0 to 1. */
  get successFraction (): number {
    return this.#results.length === 0 ? 0 : this.#successes / this.#results.length
  }

  /** Requests until a blocked class is probed; 0 when it is not blocked. */
  get nextProbeAfter (): number {
    return this.#state === 'blocked' ? this.#window - this.#requests % this.#window : 0
  }

  /** Counts a request to dial a peer that has such an address, and answers it. */
  handleRequest (): BlackHoleState {
    this.#requests++

    return this.#state === 'blocked' && this.#requests % this.#window === 0 ? 'probing' : this.#state
  }

  recordResult (succeeded: boolean): void {
    // a black hole lets nothing through: one success is enough to look again
    if (this.#state === 'blocked' && succeeded) {
      this.reset()
      return
    }

    this.#results.push(succeeded)
    this.#successes += succeeded ? 1 : 0

    if (this.#results.length > this.#window) {
      this.#successes -= this.#results.shift() === true ? 1 : 0
    }

    if (this.#results.length === this.#window) {
      this.#state = this.#successes >= this.#minSuccesses ? 'allowed' : 'blocked'
    }
  }

  reset (): void {
    this.#results = []
    this.#successes = 0
    this.#requests = 0
    this.#state = 'probing'
  }
}

export interface BlackHoleDetectorInit {
  /** Default UDP and IPv6, as go. Counters can be shared by several detectors. */
  counters?: BlackHoleSuccessCounter[]

  /**
   * Records nothing and refuses while the state is not known to be good: for
   * services that must report what is reachable, such as AutoNAT. Default false.
   */
  readOnly?: boolean
}

/** Finds out that a whole class of public addresses leads nowhere from here. go: blackHoleDetector. */
export class BlackHoleDetector {
  readonly counters: readonly BlackHoleSuccessCounter[]
  readonly #readOnly: boolean

  constructor (init: BlackHoleDetectorInit = {}) {
    this.counters = init.counters ?? [UDP_BLACK_HOLE, IPV6_BLACK_HOLE].map(init => new BlackHoleSuccessCounter(init))
    this.#readOnly = init.readOnly ?? false
  }

  /** One request to dial a peer: a class is asked once, however many addresses belong to it. */
  handleRequest (): BlackHoleVerdict {
    const asked = new Map<BlackHoleSuccessCounter, BlackHoleState>()

    return (address, info = addressInfo(address)) => {
      const states = this.#matching(address, info).map(counter => {
        const state = asked.get(counter) ?? this.#ask(counter)
        asked.set(counter, state)

        return state
      })

      // a probe has to go out whatever the other class says
      return states.includes('probing') || !states.includes('blocked')
    }
  }

  /** Parts the addresses of one peer. Counts as one request. */
  filter (addresses: readonly Multiaddr[]): { valid: Multiaddr[], blackHoled: Multiaddr[] } {
    const allows = this.handleRequest()
    const valid: Multiaddr[] = []
    const blackHoled: Multiaddr[] = []

    for (const address of addresses) {
      (allows(address) ? valid : blackHoled).push(address)
    }

    return { valid, blackHoled }
  }

  /** How a dial to `address` ended; one that lost a race counts as failed, as in go. */
  recordResult (address: Multiaddr, succeeded: boolean, info: AddressInfo = addressInfo(address)): void {
    if (this.#readOnly) {
      return
    }

    for (const counter of this.#matching(address, info)) {
      counter.recordResult(succeeded)
    }
  }

  /** The network is another one. */
  resetNetworkState (): void {
    for (const counter of this.counters) {
      counter.reset()
    }
  }

  #matching (address: Multiaddr, info: AddressInfo): BlackHoleSuccessCounter[] {
    return info.scope === 'public' ? this.counters.filter(counter => counter.matches(info, address)) : []
  }

  #ask (counter: BlackHoleSuccessCounter): BlackHoleState {
    if (this.#readOnly) {
      return counter.state === 'allowed' ? 'allowed' : 'blocked'
    }

    return counter.handleRequest()
  }
}

/** Whether an address of the peer may be dialed. */
export type BlackHoleVerdict = (address: Multiaddr, info?: AddressInfo) => boolean
