import type { KeepAliveOptions } from '../options.ts'

/** As often as Go's net package probes idle TCP connections, which go-libp2p relies on. */
const DEFAULT_INTERVAL = 15_000
const DEFAULT_TIMEOUT = 30_000

/** Looks at all connections so often in the shorter of interval and timeout. */
const ROUNDS = 4

/** A connection as keep-alive sees it. */
export interface KeepAliveTarget {
  /** Nobody reads, so nothing can be said of the far end. */
  readonly paused: boolean

  /** Bytes received so far. */
  readonly bytesReceived: number
  ping(): void

  /** Nothing came in answer to a ping. */
  onDead(timeout: number): void
}

interface Watched {
  bytesReceived: number

  /** Rounds in which nothing came. */
  quiet: number
}

// something came ──> quiet for an interval: ping ──> quiet for the timeout: dead

/**
 * Finds the connections whose far end is gone and never said so: cable pulled,
 * machine suspended. One timer looks at the byte counts of all of them now and
 * then, so that a connection costs no timer and a message nothing.
 */
export class KeepAlive {
  readonly #timeout: number
  readonly #roundTime: number
  readonly #roundsToPing: number
  readonly #roundsToDeath: number
  readonly #watched = new Map<KeepAliveTarget, Watched>()
  #timer: NodeJS.Timeout | undefined

  constructor ({ interval = DEFAULT_INTERVAL, timeout = DEFAULT_TIMEOUT }: KeepAliveOptions = {}) {
    this.#timeout = timeout
    this.#roundTime = Math.max(1, Math.floor(Math.min(interval, timeout) / ROUNDS))
    this.#roundsToPing = Math.ceil(interval / this.#roundTime)
    this.#roundsToDeath = this.#roundsToPing + Math.ceil(timeout / this.#roundTime)
  }

  watch (target: KeepAliveTarget): void {
    this.#watched.set(target, { bytesReceived: -1, quiet: 0 })
    // The sockets keep the process alive as long as they should; this does not.
    this.#timer ??= setInterval(() => { this.#look() }, this.#roundTime).unref()
  }

  forget (target: KeepAliveTarget): void {
    this.#watched.delete(target)

    if (this.#watched.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  #look (): void {
    for (const [target, watched] of this.#watched) {
      const { bytesReceived } = target
      watched.quiet = target.paused || bytesReceived !== watched.bytesReceived ? 0 : watched.quiet + 1
      watched.bytesReceived = bytesReceived

      if (watched.quiet === this.#roundsToPing) {
        target.ping()
      } else if (watched.quiet >= this.#roundsToDeath) {
        target.onDead(this.#timeout)
      }
    }
  }
}
