/**
 * Deadlines that are all equally far away when they are set: what was added first
 * is due first, so adding and removing cost the same however many there are.
 */
export class DeadlineQueue<T> {
  readonly #ms: number
  readonly #due = new Map<T, number>()

  /** @param ms - from `add` to the deadline */
  constructor (ms: number) {
    this.#ms = ms
  }

  /** Once for each item. */
  add (item: T, now: number): void {
    this.#due.set(item, now + this.#ms)
  }

  remove (item: T): void {
    this.#due.delete(item)
  }

  /** When the next one is due; undefined: never. */
  pollTimeout (): number | undefined {
    return this.#due.values().next().value
  }

  /** Takes out what is due. */
  handleTimeout (now: number): T[] {
    const items: T[] = []

    for (const [item, due] of this.#due) {
      if (due > now) {
        break
      }

      this.#due.delete(item)
      items.push(item)
    }

    return items
  }
}
