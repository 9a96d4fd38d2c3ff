/** First in, first out. */
export class OutputQueue<T> {
  #items: T[] = []
  #taken = 0

  push (item: T): void {
    this.#items.push(item)
  }

  poll (): T | undefined {
    const item = this.#items[this.#taken++]

    if (item === undefined) {
      this.#items = []
      this.#taken = 0
    }

    return item
  }
}
