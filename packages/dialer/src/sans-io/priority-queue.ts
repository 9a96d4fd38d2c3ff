/**
 * A binary heap that also removes from the middle: timers and waiting dials are
 * cancelled more often than they come up.
 */
export class PriorityQueue<T> {
  readonly #before: (a: T, b: T) => boolean
  readonly #heap: T[] = []
  readonly #places = new Map<T, number>()

  /** `before(a, b)`: whether `a` comes out ahead of `b`. */
  constructor (before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size (): number {
    return this.#heap.length
  }

  has (item: T): boolean {
    return this.#places.has(item)
  }

  peek (): T | undefined {
    return this.#heap[0]
  }

  /** `item` must not be in the queue. */
  push (item: T): void {
    this.#place(item, this.#heap.length)
    this.#up(this.#heap.length - 1)
  }

  pop (): T | undefined {
    const top = this.#heap[0]

    if (top !== undefined) {
      this.delete(top)
    }

    return top
  }

  /** Returns whether it was there. */
  delete (item: T): boolean {
    const place = this.#places.get(item)

    if (place === undefined) {
      return false
    }

    this.#places.delete(item)
    const last = this.#heap.pop() as T

    if (last !== item) {
      this.#place(last, place)
      this.#up(place)
      this.#down(this.#places.get(last) as number)
    }

    return true
  }

  #place (item: T, place: number): void {
    this.#heap[place] = item
    this.#places.set(item, place)
  }

  #up (place: number): void {
    const item = this.#heap[place] as T

    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#heap[parent] as T

      if (!this.#before(item, above)) {
        break
      }

      this.#place(above, place)
      place = parent
    }

    this.#place(item, place)
  }

  #down (place: number): void {
    const item = this.#heap[place] as T

    for (;;) {
      let child = 2 * place + 1

      if (child >= this.#heap.length) {
        break
      }

      if (child + 1 < this.#heap.length && this.#before(this.#heap[child + 1] as T, this.#heap[child] as T)) {
        child++
      }

      const below = this.#heap[child] as T

      if (!this.#before(below, item)) {
        break
      }

      this.#place(below, place)
      place = child
    }

    this.#place(item, place)
  }
}
