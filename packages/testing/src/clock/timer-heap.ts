/** A timer that waits. `index` is its place in the heap, -1 once it has left. */
export interface HeapTimer {
  readonly time: number
  readonly order: number
  index: number
  callback(): void
}

/** A binary heap of timers: the earliest first, and of two at the same time the one that was set first. */
export class TimerHeap {
  readonly #timers: HeapTimer[] = []

  get size (): number {
    return this.#timers.length
  }

  peek (): HeapTimer | undefined {
    return this.#timers[0]
  }

  push (timer: HeapTimer): void {
    this.#place(timer, this.#timers.length)
    this.#up(timer)
  }

  /** Takes `timer` out; one that has left already is ignored. */
  remove (timer: HeapTimer): void {
    const { index } = timer

    if (index === -1) {
      return
    }

    timer.index = -1
    const last = this.#timers.pop()

    if (last == null || last === timer) {
      return
    }

    this.#place(last, index)
    this.#up(last)
    this.#down(last)
  }

  #place (timer: HeapTimer, index: number): void {
    this.#timers[index] = timer
    timer.index = index
  }

  #up (timer: HeapTimer): void {
    while (timer.index > 0) {
      const parent = this.#timers[(timer.index - 1) >> 1]

      if (parent == null || before(parent, timer)) {
        return
      }

      this.#swap(timer, parent)
    }
  }

  #down (timer: HeapTimer): void {
    for (;;) {
      const left = this.#timers[2 * timer.index + 1]
      const right = this.#timers[2 * timer.index + 2]
      const child = left != null && right != null && before(right, left) ? right : left

      if (child == null || before(timer, child)) {
        return
      }

      this.#swap(timer, child)
    }
  }

  #swap (a: HeapTimer, b: HeapTimer): void {
    const index = a.index
    this.#place(a, b.index)
    this.#place(b, index)
  }
}

function before (a: HeapTimer, b: HeapTimer): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order)
}
