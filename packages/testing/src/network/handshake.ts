import { AbortError } from '@libp2p/interface'
import { SimulatedNetworkError } from './errors.ts'
import { Wire } from './wire.ts'
import type { Fault } from './faults.ts'
import type { Link } from './link.ts'
import type { Path, PipeOptions } from './pipe.ts'
import type { WireEnd } from './wire.ts'
import type { Clock, ClockTimer } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** How long the first SYN waits for an answer, ms; then twice as long each time (RFC 6298, section 2.1). */
const FIRST_SYN_TIMEOUT = 1_000

/** Takes connections that have come about. */
export interface Acceptor {
  accept(end: WireEnd, remoteAddress: Multiaddr): void
}

/** From one host to one address. */
export interface Route {
  address: Multiaddr

  /** The address that the far end sees. */
  source: Multiaddr

  /** Undefined when there is no such host: its packets vanish. */
  links: { out: Link, back: Link } | undefined
  fault(): Fault | undefined
  acceptor(): Acceptor | undefined
  onEstablished(wire: Wire, stalled: boolean): void
}

export interface HandshakeOptions extends PipeOptions {
  /** Ms until a connection attempt that is not answered fails. */
  connectTimeout: number
  signal: AbortSignal
}

/** TCP's three-way handshake, as the host sees it that dials. */
export class Handshake {
  readonly #clock: Clock
  readonly #route: Route
  readonly #options: HandshakeOptions
  readonly #timers = new Set<ClockTimer>()
  readonly #outcome: PromiseWithResolvers<WireEnd> = Promise.withResolvers()
  #done = false

  constructor (clock: Clock, route: Route, options: HandshakeOptions) {
    this.#clock = clock
    this.#route = route
    this.#options = options
  }

  /**
   * @throws {AbortError} when the signal aborts first
   * @throws {SimulatedNetworkError} ECONNREFUSED or ETIMEDOUT
   */
  async run (): Promise<WireEnd> {
    const { signal, connectTimeout } = this.#options
    signal.throwIfAborted()
    const onAbort = (): void => { this.#fail(signal.reason ?? new AbortError()) }
    signal.addEventListener('abort', onAbort)

    try {
      this.#after(connectTimeout, () => { this.#fail(new SimulatedNetworkError('ETIMEDOUT', 'connect', this.#route.address)) })
      this.#sendSyn(FIRST_SYN_TIMEOUT)

      return await this.#outcome.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #sendSyn (timeout: number): void {
    this.#at(this.#route.links?.out.packetArrival(this.#clock.now()), () => { this.#onSyn() })
    this.#after(timeout, () => { this.#sendSyn(2 * timeout) })
  }

  /** At the far end. */
  #onSyn (): void {
    const { links } = this.#route
    const fault = this.#route.fault()

    if (fault === 'drop') {
      return
    }

    const answer = links?.back.packetArrival(this.#clock.now())

    if (fault === 'refuse' || (fault !== 'stall' && this.#route.acceptor() == null)) {
      this.#at(answer, () => { this.#fail(new SimulatedNetworkError('ECONNREFUSED', 'connect', this.#route.address)) })
    } else if (links != null) {
      this.#at(answer, () => { this.#establish(links, fault) })
    }
  }

  #establish (links: { out: Link, back: Link }, fault: Fault | undefined): void {
    const { source } = this.#route
    const path = (link: Link): Path => ({ link, blocked: () => link.partitions > 0 || this.#route.fault() === 'drop' })
    const cutAfter = typeof fault === 'object' ? fault.cutAfter : Infinity
    const wire = new Wire(this.#clock, path(links.out), path(links.back), { ...this.#options, cutAfter })
    const stalled = fault === 'stall'
    this.#settle()
    this.#route.onEstablished(wire, stalled)

    if (!stalled) {
      // the far end learns from the ACK, one latency later, that the connection stands
      wire.toServer.afterArrival(() => {
        const acceptor = this.#route.acceptor()

        if (acceptor == null) {
          wire.server.reset()
        } else {
          acceptor.accept(wire.server, source)
        }
      })
    }

    this.#outcome.resolve(wire.client)
  }

  #fail (error: Error): void {
    this.#settle()
    this.#outcome.reject(error)
  }

  #settle (): void {
    this.#done = true
    this.#timers.forEach(timer => { timer.cancel() })
    this.#timers.clear()
  }

  #at (time: number | undefined, action: () => void): void {
    if (time != null) {
      this.#after(time - this.#clock.now(), action)
    }
  }

  #after (delay: number, action: () => void): void {
    if (this.#done) {
      return
    }

    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, delay)
    this.#timers.add(timer)
  }
}
