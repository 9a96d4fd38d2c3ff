import type { YamuxOptions } from './options.ts'

/**
 * Pings: the first goes with the first data, to learn the round trip, then one
 * every interval. One is under way at a time.
 */
export class KeepAlive {
  readonly #interval: number
  readonly #timeout: number
  #next: number | undefined
  #sent: { value: number, at: number } | undefined
  #value = 0
  roundTrip: number | undefined

  constructor ({ keepAliveInterval, keepAliveTimeout }: Pick<YamuxOptions, 'keepAliveInterval' | 'keepAliveTimeout'>, now: number) {
    this.#interval = keepAliveInterval
    this.#timeout = keepAliveTimeout
    this.#next = keepAliveInterval > 0 ? now + keepAliveInterval : undefined
  }

  /** Data goes out: the value of a ping to send with it, if the round trip is not known. */
  handleData (now: number): number | undefined {
    return this.#next != null && this.#value === 0 ? this.#ping(now) : undefined
  }

  /** The value of the ping to send, `dead` when the last one was not answered in time, undefined when nothing is due. */
  handleTimeout (now: number): number | 'dead' | undefined {
    if (this.#sent != null) {
      return now >= this.#sent.at + this.#timeout ? 'dead' : undefined
    }

    return this.#next == null || now < this.#next ? undefined : this.#ping(now)
  }

  /** The round trip in ms; undefined for an answer to a ping that we did not send. */
  handlePong (value: number, now: number): number | undefined {
    if (this.#sent?.value !== value) {
      return undefined
    }

    this.roundTrip = now - this.#sent.at
    this.#sent = undefined

    return this.roundTrip
  }

  pollTimeout (): number | undefined {
    return this.#sent == null ? this.#next : this.#sent.at + this.#timeout
  }

  #ping (now: number): number {
    this.#sent = { value: this.#value++, at: now }
    this.#next = now + this.#interval

    return this.#sent.value
  }
}
