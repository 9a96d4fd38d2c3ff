import { InvalidValueError } from '@libp2p-ws/core'
import { ClockBusyError, ClockLivelockError, ClockStalledError } from './errors.ts'
import { macrotask, realDelay } from './macrotask.ts'
import { TimerHeap } from './timer-heap.ts'
import type { HeapTimer } from './timer-heap.ts'
import type { Clock, ClockTimer } from '@libp2p-ws/core'

/** Above this a real `setTimeout` overflows and fires at once (HTML, "timer initialization steps": a signed 32-bit long). */
const MAX_DELAY = 0x7fffffff

/** More timers than this at one instant are taken for a loop. */
const MAX_TIMERS_AT_ONCE = 1_000_000

/** How long `runUntil` waits, in real ms, for a promise that no timer of this clock can settle. */
const REAL_PATIENCE = 1_000

/** How far `runUntil` goes, in virtual ms: one hour. */
const DEFAULT_LIMIT = 3_600_000

export interface FakeClockInit {
  /** Where time starts, ms. Default 0. */
  now?: number

  /**
   * Real milliseconds that `settle` waits, for work that this clock knows
   * nothing of: crypto in a thread pool, `setTimeout(0)` in a library. Default
   * 0: one turn of the event loop, which is enough for promises.
   */
  grace?: number
}

export interface RunUntilOptions {
  /** Virtual milliseconds after which to give up. Default 3,600,000 (one hour). */
  limit?: number
}

/**
 * A clock that moves when it is told to. It patches nothing: hand it to the code
 * under test where that code takes a `Clock`.
 *
 * Timers run in the order of their time, and at one time in the order in which
 * they were set. A timer set by a callback runs in the same advance when it is
 * due by then. While a callback runs, `now()` is the time it was set for.
 */
export class FakeClock implements Clock {
  readonly #timers = new TimerHeap()
  readonly #grace: number
  #now: number
  #order = 0
  #advancing = false
  #ranAtThisInstant = 0

  constructor (init: FakeClockInit = {}) {
    this.#now = checkTime('now', init.now ?? 0)
    this.#grace = checkTime('grace', init.grace ?? 0)
  }

  now (): number {
    return this.#now
  }

  /**
   * A delay below 0 counts as 0, as with a real timer.
   *
   * @throws {InvalidValueError} for a delay that a real timer would misread: NaN, or above 2^31 - 1 ms
   */
  setTimeout (callback: () => void, delay: number): ClockTimer {
    if (!(delay <= MAX_DELAY)) {
      throw new InvalidValueError('delay', delay, `delay ${delay} is not a number of milliseconds up to ${MAX_DELAY}: a real timer would fire at once`)
    }

    const timer: HeapTimer = { time: this.#now + Math.max(0, delay), order: this.#order++, callback, index: -1 }
    this.#timers.push(timer)

    return {
      cancel: (): void => {
        this.#timers.remove(timer)
      }
    }
  }

  /** How many timers wait. */
  get pending (): number {
    return this.#timers.size
  }

  /** When the earliest timer is due; undefined when none waits. */
  get next (): number | undefined {
    return this.#timers.peek()?.time
  }

  /**
   * Moves time on by `ms` and runs what is due, without waiting for promises.
   * What a callback throws comes out here, with the clock at that callback's time.
   *
   * @throws {ClockBusyError} inside a callback, or while `advanceAsync` is under way
   */
  advance (ms: number): void {
    this.advanceTo(this.#now + checkTime('ms', ms))
  }

  /** As `advance`, to a point in time that must not lie in the past. */
  advanceTo (time: number): void {
    this.#begin(time)

    try {
      while (this.#runNext(time)) {
        // each timer, in its turn
      }

      this.#moveTo(time)
    } finally {
      this.#advancing = false
    }
  }

  /** As `advance`, letting promises settle before the first timer, between any two, and after the last. */
  async advanceAsync (ms: number): Promise<void> {
    await this.advanceToAsync(this.#now + checkTime('ms', ms))
  }

  /** As `advanceAsync`, to a point in time that must not lie in the past. */
  async advanceToAsync (time: number): Promise<void> {
    this.#begin(time)

    try {
      do {
        await this.settle()
      } while (this.#runNext(time))

      this.#moveTo(time)
    } finally {
      this.#advancing = false
    }
  }

  /**
   * Goes from timer to timer until `promise` settles, and gives its outcome.
   * Time stops there, before timers that come later.
   *
   * @throws {ClockStalledError} when `limit` is reached, or when no timer waits and the promise stays pending for a second of real time
   */
  async runUntil<T> (promise: Promise<T>, options: RunUntilOptions = {}): Promise<T> {
    const end = this.#now + checkTime('limit', options.limit ?? DEFAULT_LIMIT)
    const outcome = { settled: false }
    const settle = (): void => { outcome.settled = true }
    promise.then(settle, settle)

    this.#begin(end)

    try {
      await this.settle()

      while (!outcome.settled) {
        if (!this.#runNext(end)) {
          await this.#waitForReal(outcome, end)
        }

        await this.settle()
      }
    } finally {
      this.#advancing = false
    }

    return promise
  }

  /** Lets every promise job run that is queued, and what they queue, without moving time. */
  async settle (): Promise<void> {
    if (this.#grace > 0) {
      await realDelay(this.#grace)
    }

    await macrotask()
  }

  /** No timer can help: the promise settles by work outside the clock, or never. */
  async #waitForReal (outcome: { readonly settled: boolean }, end: number): Promise<void> {
    if (this.next != null) {
      throw new ClockStalledError(`still pending at the limit, ${end} ms; the next timer is due at ${this.next} ms`)
    }

    for (let waited = 0; waited < REAL_PATIENCE && this.next == null && !outcome.settled; waited++) {
      await realDelay(1)
    }

    if (this.next == null && !outcome.settled) {
      throw new ClockStalledError(`still pending at ${this.#now} ms, and no timer waits that could settle it`)
    }
  }

  #begin (time: number): void {
    if (this.#advancing) {
      throw new ClockBusyError()
    }

    if (!(time >= this.#now) || time === Infinity) {
      throw new InvalidValueError('time', time, `cannot advance to ${time}: it is ${this.#now}, and time does not go back`)
    }

    this.#advancing = true
    this.#ranAtThisInstant = 0
  }

  /** Runs the earliest timer when it is due by `time`; false when none is. */
  #runNext (time: number): boolean {
    const timer = this.#timers.peek()

    if (timer == null || timer.time > time) {
      return false
    }

    this.#timers.remove(timer)
    this.#moveTo(timer.time)

    if (++this.#ranAtThisInstant > MAX_TIMERS_AT_ONCE) {
      throw new ClockLivelockError(this.#now, MAX_TIMERS_AT_ONCE)
    }

    timer.callback()
    return true
  }

  #moveTo (time: number): void {
    if (time > this.#now) {
      this.#now = time
      this.#ranAtThisInstant = 0
    }
  }
}

function checkTime (parameter: string, value: number): number {
  if (!(value >= 0) || value === Infinity) {
    throw new InvalidValueError(parameter, value, `${parameter} must be a number of milliseconds, 0 or more, got ${value}`)
  }

  return value
}
