/** Named deadlines, in the time that the caller's `now` counts. */
export class Timers<Name> {
  readonly #deadlines = new Map<Name, number>()

  set (name: Name, deadline: number): void {
    this.#deadlines.set(name, deadline)
  }

  cancel (name: Name): void {
    this.#deadlines.delete(name)
  }

  has (name: Name): boolean {
    return this.#deadlines.has(name)
  }

  /** The earliest deadline. */
  next (): number | undefined {
    return this.#deadlines.size === 0 ? undefined : Math.min(...this.#deadlines.values())
  }

  /** Takes one deadline that has passed; the earliest set one first. */
  expire (now: number): Name | undefined {
    for (const [name, deadline] of this.#deadlines) {
      if (deadline <= now) {
        this.#deadlines.delete(name)

        return name
      }
    }

    return undefined
  }

  clear (): void {
    this.#deadlines.clear()
  }
}
