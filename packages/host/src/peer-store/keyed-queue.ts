import { raceSignal } from 'race-signal'
import type { AbortOptions } from '@libp2p/interface'

/** Tasks of one key run one after another, in the order of their coming; those of different keys do not wait for each other. */
export class KeyedQueue {
  readonly #last = new Map<string, Promise<void>>()

  /** Keys that have tasks. */
  get size (): number {
    return this.#last.size
  }

  /** @throws {Error} the task's, or the reason of `signal`; the task does not run when that comes before its turn */
  async run<T> (key: string, task: () => Promise<T>, { signal }: AbortOptions = {}): Promise<T> {
    const result = this.#inTurn(key, async () => {
      signal?.throwIfAborted()

      return task()
    })
    const done = result.then(() => {}, () => {}).then(() => {
      if (this.#last.get(key) === done) {
        this.#last.delete(key)
      }
    })
    this.#last.set(key, done)

    return raceSignal(result, signal)
  }

  async #inTurn<T> (key: string, task: () => Promise<T>): Promise<T> {
    await this.#last.get(key)

    return task()
  }
}
