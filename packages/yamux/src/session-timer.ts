/** Calls back when a session wants to hear that time has passed. */
export class SessionTimer {
  readonly #pollTimeout: () => number | undefined
  readonly #onTimeout: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param pollTimeout - when, as `performance.now()` counts; undefined for never */
  constructor (pollTimeout: () => number | undefined, onTimeout: () => void) {
    this.#pollTimeout = pollTimeout
    this.#onTimeout = onTimeout
  }

  /** To be called whenever what `pollTimeout` says may be another time. */
  set (): void {
    this.clear()
    const at = this.#pollTimeout()

    if (at != null) {
      this.#timer = setTimeout(() => {
        this.#onTimeout()
        this.set()
      }, Math.max(0, at - performance.now()))
    }
  }

  clear (): void {
    clearTimeout(this.#timer)
  }
}
