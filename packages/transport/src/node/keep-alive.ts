import type { KeepAliveOptions } from '../options.ts'

/** As often as Go's net package probes idle TCP connections, which go-libp2p relies on. */
const DEFAULT_INTERVAL = 15_000
const DEFAULT_TIMEOUT = 30_000

export interface KeepAliveTarget {
  /** Bytes received so far. */
  bytesReceived(): number
  ping(): void

  /** Nothing came in answer to a ping. */
  onDead(timeout: number): void
}

/**
 * Finds out that a far end is gone which never said so: cable pulled, machine
 * suspended. Costs nothing per message, since it compares byte counts at long
 * intervals.
 */
export class KeepAlive {
  readonly #target: KeepAliveTarget
  readonly #interval: number
  readonly #timeout: number
  #timer: NodeJS.Timeout | undefined

  constructor (target: KeepAliveTarget, options: KeepAliveOptions) {
    this.#target = target
    this.#interval = options.interval ?? DEFAULT_INTERVAL
    this.#timeout = options.timeout ?? DEFAULT_TIMEOUT
  }

  start (): void {
    this.stop()
    this.#watch()
  }

  /** While nothing is read, nothing can be said of the far end. */
  stop (): void {
    clearTimeout(this.#timer)
  }

  #watch (): void {
    const before = this.#target.bytesReceived()

    this.#schedule(this.#interval, () => {
      if (this.#target.bytesReceived() === before) {
        this.#target.ping()
        this.#await(before, this.#timeout)
      } else {
        this.#watch()
      }
    })
  }

  #await (before: number, left: number): void {
    this.#schedule(Math.min(this.#interval, left), () => {
      if (this.#target.bytesReceived() !== before) {
        this.#watch()
      } else if (left <= this.#interval) {
        this.#target.onDead(this.#timeout)
      } else {
        this.#await(before, left - this.#interval)
      }
    })
  }

  #schedule (delay: number, callback: () => void): void {
    // The socket keeps the process alive as long as it should; this does not.
    this.#timer = setTimeout(callback, delay).unref()
  }
}
