import { multiaddr } from '@multiformats/multiaddr'
import { DialScheduler } from '../../src/index.ts'
import { PriorityQueue } from '../../src/sans-io/priority-queue.ts'
import type { AbortReason, DialError, DialOutput, DialRequest, DialSchedulerInit, DialUpdate, FoundAddress } from '../../src/index.ts'
import type { DialCandidateSource, DialTrace } from '@libp2p-ws/core'

/** How a host answers a dial: what happens, in order, each so many ms after the attempt began. Nothing at all: packets vanish. */
export type Behaviour = ReadonlyArray<{ after: number, update: DialUpdate }>

export const dead: Behaviour = []

export function good (after: number, { limited = false, direct = true } = {}): Behaviour {
  return [{ after, update: { type: 'succeeded', limited, direct } }]
}

/** Refused at once, unless told otherwise. */
export function bad (after = 0, code = 'ECONNREFUSED'): Behaviour {
  return [{ after, update: { type: 'failed', error: Object.assign(new Error(`connect ${code}`), { code }) } }]
}

export interface Attempt {
  id: number
  dial: number
  address: string
  startedAt: number
  endedAt?: number
  aborted?: AbortReason
  initiator?: boolean
}

export interface Answer {
  at: number
  attempt?: number
  address?: string
  error?: DialError
}

export interface WorldInit extends DialSchedulerInit {
  /** Of addresses that `behave` was not told of. Default: packets vanish. */
  otherwise?: Behaviour

  /** Called whenever the scheduler has said all it has to say. */
  inspect?(world: World): void
}

/** A network in virtual time around a scheduler: no socket, no timer, no promise. */
export class World {
  readonly scheduler: DialScheduler
  readonly attempts: Attempt[] = []
  readonly answers: Map<number, Answer[]> = new Map()
  readonly lookups: number[] = []
  readonly traces: Map<number, DialTrace> = new Map()
  readonly outputs: DialOutput[] = []
  now = 0
  mostInFlight = 0

  readonly #events = new PriorityQueue<{ at: number, order: number, run(): void }>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))
  readonly #behaviours = new Map<string, Behaviour>()
  readonly #otherwise: Behaviour
  readonly #inspect: ((world: World) => void) | undefined
  readonly #inFlight = new Map<number, Attempt>()
  readonly #dials = new Map<string, number>()
  readonly #peers = new Map<number, string>()
  readonly #updates = new Map<number, DialUpdate[]>()
  #order = 0
  #requests = 0

  constructor ({ otherwise = dead, inspect, ...init }: WorldInit = {}) {
    this.scheduler = new DialScheduler(init)
    this.#otherwise = otherwise
    this.#inspect = inspect
  }

  get inFlight (): Attempt[] {
    return [...this.#inFlight.values()]
  }

  behave (address: string, behaviour: Behaviour): void {
    this.#behaviours.set(address, behaviour)
  }

  at (at: number, run: () => void): void {
    this.#events.push({ at, order: this.#order++, run })
  }

  /** A caller that knows `addresses`, and nobody else does. Returns the request. */
  dial (peer: string, addresses: string[], options: Partial<DialRequest> = {}): number {
    const id = ++this.#requests
    const dial = this.scheduler.handleRequest(this.now, {
      id,
      key: peer,
      peer,
      timeout: 60_000,
      priority: 50,
      forceDirect: false,
      allowLimited: true,
      lookups: 1,
      wantsLookup: false,
      ...options
    })
    this.answers.set(id, [])
    this.#dials.set(peer, dial)
    this.#peers.set(dial, peer)

    if (options.lookups === undefined) {
      this.scheduler.handleCandidates(this.now, dial, found(addresses))
      this.scheduler.handleLookupEnd(this.now, dial, false)
    }

    this.#carryOut()

    return id
  }

  /** The number of the dial under way to the only peer. */
  get onlyDial (): number {
    return this.outputs.findLast(output => 'dial' in output)?.dial ?? 1
  }

  /** Something is told to the scheduler. */
  tell (input: (scheduler: DialScheduler, now: number) => void): void {
    input(this.scheduler, this.now)
    this.#carryOut()
  }

  /** The number of the dial under way to `peer`; -1 where there is none. */
  dialOf (peer: string): number {
    return this.#dials.get(peer) ?? -1
  }

  behaviourOf (address: string): Behaviour {
    return this.#behaviours.get(address) ?? this.#otherwise
  }

  /** Whom a dial is to. */
  peerOf (dial: number): string {
    return this.#peers.get(dial) ?? ''
  }

  /** What was said of an attempt. */
  updatesOf (attempt: number): DialUpdate[] {
    return this.#updates.get(attempt) ?? []
  }

  update (attempt: number, update: DialUpdate): void {
    if (this.#inFlight.has(attempt)) {
      this.#updates.set(attempt, [...this.updatesOf(attempt), update])

      if (update.type === 'failed' || update.type === 'succeeded') {
        this.#end(attempt)
      }

      this.tell((scheduler, now) => { scheduler.handleDialUpdate(now, attempt, update) })
    }
  }

  /** Lets time go by until `until`, or until nothing is left to happen. */
  run (until = Infinity): void {
    for (;;) {
      const next = Math.min(this.#events.peek()?.at ?? Infinity, this.scheduler.pollTimeout() ?? Infinity)

      if (next > until || next === Infinity) {
        break
      }

      this.now = Math.max(this.now, next)

      if (this.#events.peek()?.at === next) {
        this.#events.pop()?.run()
      } else {
        this.tell((scheduler, now) => { scheduler.handleTimeout(now) })
      }
    }

    if (until < Infinity) {
      this.now = until
    }
  }

  /** The only answer to `request`. */
  answer (request: number): Answer {
    const answers = this.answers.get(request) ?? []

    if (answers.length !== 1 || answers[0] === undefined) {
      throw new Error(`request ${request} has ${answers.length} answers`)
    }

    return answers[0]
  }

  /** When each attempt at `address` began. */
  startsOf (address: string): number[] {
    return this.attempts.filter(attempt => attempt.address === address).map(({ startedAt }) => startedAt)
  }

  #carryOut (): void {
    for (let output = this.scheduler.pollOutput(); output !== undefined; output = this.scheduler.pollOutput()) {
      this.outputs.push(output)
      this.#perform(output)
    }

    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight.size)
    this.#inspect?.(this)
  }

  #perform (output: DialOutput): void {
    switch (output.type) {
      case 'lookup':
        this.lookups.push(output.dial)
        break
      case 'connect':
        this.#connect(output)
        break
      case 'abort':
        this.#abort(output.attempt, output.reason)
        break
      case 'connected':
        this.answers.get(output.request)?.push({ at: this.now, attempt: output.attempt, ...this.#addressOf(output.attempt) })
        break
      case 'failed':
        this.answers.get(output.request)?.push({ at: this.now, error: output.error })
        break
      case 'ended':
        this.traces.set(output.dial, output.trace)
        break
      default:
    }
  }

  #connect ({ attempt: id, dial, address, initiator }: Extract<DialOutput, { type: 'connect' }>): void {
    const attempt: Attempt = { id, dial, address: address.toString(), startedAt: this.now, ...(initiator === undefined ? {} : { initiator }) }
    this.attempts.push(attempt)
    this.#inFlight.set(id, attempt)

    for (const { after, update } of this.behaviourOf(attempt.address)) {
      this.at(this.now + after, () => { this.update(id, update) })
    }
  }

  #abort (id: number, reason: AbortReason): void {
    const attempt = this.#inFlight.get(id)

    if (attempt === undefined) {
      throw new Error(`aborted attempt ${id}, which is not in flight`)
    }

    attempt.aborted = reason
    this.#end(id)
  }

  #end (id: number): void {
    const attempt = this.#inFlight.get(id)

    if (attempt !== undefined) {
      attempt.endedAt = this.now
      this.#inFlight.delete(id)
    }
  }

  #addressOf (id: number): { address?: string } {
    // attempts are numbered from 1
    const address = this.attempts[id - 1]?.address

    return address === undefined ? {} : { address }
  }
}

export function found (addresses: string[], source: DialCandidateSource = 'caller'): FoundAddress[] {
  return addresses.map(address => ({ address: multiaddr(address), key: address, source }))
}

/** `n` different public IPv4 addresses; those of another `host` are others. */
export function publicAddresses (n: number, host = 1): string[] {
  return Array.from({ length: n }, (_, i) => `/ip4/8.${host >> 8 & 255}.${host & 255}.${i % 250 + 1}/tcp/${4001 + Math.floor(i / 250)}/ws`)
}
