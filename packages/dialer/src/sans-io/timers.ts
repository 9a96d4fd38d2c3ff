import { PriorityQueue } from './priority-queue.ts'

/** One deadline. `name` says what for. */
export interface Timer {
  readonly name: string
  at: number
  order: number
  expire(now: number): void
}

/** Deadlines, earliest first; equal ones in the order they were set. */
export class Timers {
  readonly #queue = new PriorityQueue<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))
  #order = 0

  get size (): number {
    return this.#queue.size
  }

  create (name: string, expire: (now: number) => void): Timer {
    return { name, expire, at: Infinity, order: 0 }
  }

  /** Replaces the deadline that `timer` had; `Infinity` cancels it. */
  set (timer: Timer, at: number): void {
    this.#queue.delete(timer)

    if (at < Infinity) {
      timer.at = at
      timer.order = this.#order++
      this.#queue.push(timer)
    }
  }

  cancel (timer: Timer): void {
    this.#queue.delete(timer)
  }

  next (): number | undefined {
    return this.#queue.peek()?.at
  }

  /** Runs every timer that is due, those included that the ones before it set. */
  expire (now: number): void {
    for (let timer = this.#queue.peek(); timer !== undefined && timer.at <= now; timer = this.#queue.peek()) {
      this.#queue.delete(timer)
      timer.expire(now)
    }
  }
}
