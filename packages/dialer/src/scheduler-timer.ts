import type { Clock, ClockTimer } from '@libp2p-ws/core'

// HTML's timers have a signed 32-bit delay, and run at once when it is longer
const LONGEST_DELAY = 2 ** 31 - 1

// and count whole milliseconds: one that is early by less is as punctual as it can be
const RESOLUTION = 1

/** The time that the scheduler is told, and the one timer that wakes it. */
export class SchedulerTimer {
  readonly #clock: Clock
  readonly #onDue: () => void
  #timer: { at: number, handle: ClockTimer } | undefined
  #latest = -Infinity

  /** `onDue` may be called early; it sets the timer again. */
  constructor (clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** Ms. Does not go back, and may be less than a millisecond ahead of the clock. */
  now (): number {
    this.#latest = Math.max(this.#latest, this.#clock.now())

    return this.#latest
  }

  /** Absent: nothing to wait for. */
  set (at: number | undefined): void {
    // one that is early finds nothing to do, and sets the next: cheaper than to replace it at every turn
    if (at !== undefined && this.#timer !== undefined && this.#timer.at <= at) {
      return
    }

    this.#timer?.handle.cancel()
    this.#timer = undefined

    if (at !== undefined) {
      const handle = this.#clock.setTimeout(() => { this.#fire(at) }, Math.min(LONGEST_DELAY, Math.max(0, at - this.now())))
      this.#timer = { at, handle }
    }
  }

  #fire (at: number): void {
    this.#timer = undefined

    if (at - this.now() < RESOLUTION) {
      this.#latest = Math.max(this.#latest, at)
    }

    this.#onDue()
  }
}
