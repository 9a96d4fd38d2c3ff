/**
 * Time as drivers see it. Machines in `sans-io/` never get a clock: they get
 * `now` as an argument of each call.
 */
export interface Clock {
  /** Milliseconds since some fixed point; never goes back. */
  now(): number

  /** Runs `callback` once, `delay` milliseconds from now. */
  setTimeout(callback: () => void, delay: number): ClockTimer
}

export interface ClockTimer {
  /** After this the callback is not run. Calling it again changes nothing. */
  cancel(): void
}
