import { PriorityQueue } from '../../src/sans-io/priority-queue.ts'
import type { Clock, ClockTimer } from '@libp2p-ws/core'

interface Timer {
  at: number
  order: number
  callback(): void
}

/** Time that goes by only when told to. */
export class VirtualClock implements Clock {
  readonly #timers = new PriorityQueue<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order))
  #now = 0
  #order = 0

  get timers (): number {
    return this.#timers.size
  }

  now (): number {
    return this.#now
  }

  setTimeout (callback: () => void, delay: number): ClockTimer {
    const timer = { at: this.#now + delay, order: this.#order++, callback }
    this.#timers.push(timer)

    return { cancel: () => { this.#timers.delete(timer) } }
  }

  /** Runs what is due within `ms`, and all promises that come of it. */
  async advance (ms: number): Promise<void> {
    const until = this.#now + ms
    await quiet()

    for (let timer = this.#timers.peek(); timer !== undefined && timer.at <= until; timer = this.#timers.peek()) {
      this.#timers.pop()
      this.#now = Math.max(this.#now, timer.at)
      timer.callback()
      await quiet()
    }

    this.#now = until
  }
}

/** Every promise that can settle without I/O has settled. */
async function quiet (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}
