import { within } from './checks.ts'

/** Things that come one after the other, and whoever waits for the next. */
export class Mailbox<T> {
  readonly #waiting: T[] = []
  readonly #takers: Array<(item: T) => void> = []

  /** Everything that ever came. */
  readonly all: T[] = []

  put (item: T): void {
    this.all.push(item)
    const taker = this.#takers.shift()

    if (taker == null) {
      this.#waiting.push(item)
    } else {
      taker(item)
    }
  }

  async take (deadline: number, what: string): Promise<T> {
    const item = this.#waiting.shift()

    return item ?? within(deadline, what, new Promise<T>(resolve => { this.#takers.push(resolve) }))
  }
}
