/**
 * Calls back once after this turn of the event loop, when whoever wanted to act in
 * it has: by the loop's check phase where there is one, and else by a timer.
 */
export class TurnEnd {
  readonly #callback: () => void
  #scheduled = false

  constructor (callback: () => void) {
    this.#callback = callback
  }

  schedule (): void {
    if (this.#scheduled) {
      return
    }

    this.#scheduled = true
    const run = (): void => {
      this.#scheduled = false
      this.#callback()
    }

    if (typeof setImmediate === 'function') {
      setImmediate(run)
    } else {
      setTimeout(run)
    }
  }
}
