import type { DialRequest } from './inputs.ts'

/** The sources of candidates that a dial has: which have not ended, and which of them wait until they are needed. */
export class DialLookups {
  /** What broke a source, or the ranker. */
  error: Error | undefined

  #running = 0
  #waiting = 0
  #hasOwn = false

  /** No more candidates will come. */
  get areOver (): boolean {
    return this.#running === 0
  }

  /** No more candidates will come unless those that wait are told to go on. */
  get areWaiting (): boolean {
    return this.#running > 0 && this.#waiting === this.#running
  }

  /** Counts the sources that `request` brings. Returns whether one is to be asked for besides. */
  join ({ lookups, wantsLookup }: DialRequest): boolean {
    const isNew = wantsLookup && !this.#hasOwn
    this.#hasOwn ||= wantsLookup
    this.#running += lookups + (isNew ? 1 : 0)

    return isNew
  }

  end (isOwn: boolean, error: Error | undefined): void {
    this.#running--
    this.#hasOwn &&= !isOwn
    this.error ??= error
  }

  /** One waits until it is needed, or goes on after that. */
  waits (isWaiting: boolean): void {
    this.#waiting += isWaiting ? 1 : -1
  }
}
