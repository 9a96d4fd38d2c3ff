/** The signals of the upgrades under way: each has a deadline, and all end when the listener does. */
export class InboundDeadlines {
  readonly #timeout: number
  readonly #running = new Set<AbortController>()

  /** @param timeout - milliseconds for one upgrade */
  constructor (timeout: number) {
    this.#timeout = timeout
  }

  /**
   * Runs `task` with a signal of its own, and `onTimeout` when it takes too long.
   *
   * @throws {Error} what `task` throws
   */
  async run (task: (signal: AbortSignal) => Promise<void>, onTimeout: (error: Error) => void): Promise<void> {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      const error = new DOMException(`not upgraded within ${this.#timeout} ms`, 'TimeoutError')
      controller.abort(error)
      onTimeout(error)
    }, this.#timeout)
    this.#running.add(controller)

    try {
      await task(controller.signal)
    } finally {
      clearTimeout(timer)
      this.#running.delete(controller)
    }
  }

  abort (error: Error): void {
    for (const controller of this.#running) {
      controller.abort(error)
    }
  }
}
