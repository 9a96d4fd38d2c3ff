import type { YamuxOptions } from './options.ts'

/** Pings: the first at once, to learn the round trip, then one every interval. One is under way at a time. */
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
    this.#next = keepAliveInterval > 0 ? now : undefined
  }

  /** The value of the ping to send, `dead` when the last one was not answered in time, undefined when nothing is due. */
  handleTimeout (now: number): number | 'dead' | undefined {
    if (this.#sent != null) {
      return now >= this.#sent.at + this.#timeout ? 'dead' : undefined
    }

    if (this.#next == null || now < this.#next) {
      return undefined
    }

    this.#sent = { value: this.#value++, at: now }
    this.#next = now + this.#interval

    return this.#sent.value
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
}
