import { ResourceLimitError } from '@libp2p-ws/core'

/** How many sessions there are, in all and for each client. */
export class SessionCount {
  readonly #maxSessions: number
  readonly #maxSessionsPerAddress: number
  readonly #byClient = new Map<string, number>()
  #total = 0

  constructor (maxSessions: number, maxSessionsPerAddress: number) {
    this.#maxSessions = maxSessions
    this.#maxSessionsPerAddress = maxSessionsPerAddress
  }

  /**
   * @returns to be called once, when the session is over
   * @throws {ResourceLimitError} when there are as many as there may be
   */
  add (client: string): () => void {
    const count = this.#byClient.get(client) ?? 0

    if (this.#total >= this.#maxSessions) {
      throw new ResourceLimitError('maxSessions', this.#maxSessions)
    }

    if (count >= this.#maxSessionsPerAddress) {
      throw new ResourceLimitError('maxSessionsPerAddress', this.#maxSessionsPerAddress)
    }

    this.#total++
    this.#byClient.set(client, count + 1)

    return () => { this.#remove(client) }
  }

  #remove (client: string): void {
    const count = (this.#byClient.get(client) ?? 0) - 1
    this.#total--

    if (count > 0) {
      this.#byClient.set(client, count)
    } else {
      this.#byClient.delete(client)
    }
  }
}
