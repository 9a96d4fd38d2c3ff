/** Counts events by key in windows of time that begin with a key's first event. */
export class RateWindow {
  readonly #limit: number
  readonly #length: number
  readonly #windows = new Map<string, { until: number, count: number }>()

  /**
   * @param limit - events of one key in a window
   * @param length - of a window, ms
   */
  constructor (limit: number, length: number) {
    this.#limit = limit
    this.#length = length
  }

  /** Counts an event of `key` at `now`, ms. Returns whether it is within the limit. */
  take (key: string, now: number): boolean {
    this.#forgetPast(now)
    const window = this.#windows.get(key) ?? { until: now + this.#length, count: 0 }
    this.#windows.set(key, window)
    window.count++

    return window.count <= this.#limit
  }

  /** Windows are as long as each other, so they end in the order of insertion. */
  #forgetPast (now: number): void {
    for (const [key, { until }] of this.#windows) {
      if (until > now) {
        break
      }

      this.#windows.delete(key)
    }
  }
}
