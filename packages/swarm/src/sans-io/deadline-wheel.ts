/** Ms by which a deadline may be late. */
const TICK = 10

/**
 * Deadlines at any distance, kept by the tick in which they fall due: setting and
 * deleting cost the same however many there are.
 */
export class DeadlineWheel<T> {
  readonly #ticks = new Map<number, Set<T>>()
  readonly #tickOf = new Map<T, number>()

  /** Moves the deadline of an item that has one. */
  set (item: T, at: number): void {
    this.delete(item)
    const tick = Math.ceil(at / TICK)
    const items = this.#ticks.get(tick)
    this.#tickOf.set(item, tick)

    if (items === undefined) {
      this.#ticks.set(tick, new Set([item]))
    } else {
      items.add(item)
    }
  }

  delete (item: T): void {
    const tick = this.#tickOf.get(item)

    if (tick === undefined) {
      return
    }

    const items = this.#ticks.get(tick)
    this.#tickOf.delete(item)
    items?.delete(item)
    items?.size === 0 && this.#ticks.delete(tick)
  }

  /** When the next one is due; undefined: never. */
  pollTimeout (): number | undefined {
    return this.#ticks.size === 0 ? undefined : Math.min(...this.#ticks.keys()) * TICK
  }

  /** Takes out what is due, the earliest first. */
  handleTimeout (now: number): T[] {
    const due = [...this.#ticks].filter(([tick]) => tick * TICK <= now).sort(([a], [b]) => a - b).flatMap(([, items]) => [...items])
    due.forEach(item => { this.delete(item) })

    return due
  }
}
