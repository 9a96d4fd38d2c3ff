/** Milliseconds. A browser sends 1 MiB over a fast link in less than the first; timers of a hidden page run once a second anyway. */
const FIRST_DELAY = 4
const LONGEST_DELAY = 64

/**
 * Finds out when a WebSocket of the runtime has room again: `bufferedAmount` has
 * no event. Looks after 4 ms, then after twice as long each time.
 */
export class DrainTimer {
  readonly #hasRoom: () => boolean
  readonly #onDrain: () => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (hasRoom: () => boolean, onDrain: () => void) {
    this.#hasRoom = hasRoom
    this.#onDrain = onDrain
  }

  get waiting (): boolean {
    return this.#timer !== undefined
  }

  /** Calls `onDrain` once there is room. */
  start (): void {
    if (!this.waiting) {
      this.#schedule(FIRST_DELAY)
    }
  }

  stop (): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Looks now. Called when a message came in: an answer often means that what was sent has left. */
  check (): void {
    if (this.waiting && this.#hasRoom()) {
      this.stop()
      this.#onDrain()
    }
  }

  #schedule (delay: number): void {
    this.#timer = setTimeout(() => {
      this.check()

      if (this.waiting) {
        this.#schedule(Math.min(delay * 2, LONGEST_DELAY))
      }
    }, delay)
  }
}
