import { MultistreamError } from './errors.ts'
import { encodeMessages, HEADER, MessageReader, NOT_AVAILABLE } from './messages.ts'
import type { Negotiation } from './negotiation.ts'

/** Proposals that are answered; more are not a negotiation. js-libp2p and go-libp2p propose a handful, one after the other. */
export const MAX_PROPOSALS = 64

/**
 * The end that answers. `ls` is a protocol like any other here, as it is for
 * go-multistream 0.6: `na`.
 */
export class ListenerNegotiation implements Negotiation {
  readonly #supports: (protocol: string) => boolean
  readonly #reader = new MessageReader()
  #answers: string[] = []
  #proposals = 0
  #headerCame = false
  #protocol: string | undefined

  constructor (supports: (protocol: string) => boolean) {
    this.#supports = supports
  }

  get protocol (): string | undefined {
    return this.#protocol
  }

  pollTransmit (): Uint8Array | undefined {
    if (this.#answers.length === 0) {
      return undefined
    }

    const bytes = encodeMessages(this.#answers)
    this.#answers = []

    return bytes
  }

  handleData (piece: Uint8Array): Uint8Array | undefined {
    return this.#reader.read(piece, message => {
      this.#handleMessage(message)

      return this.#protocol !== undefined
    })
  }

  #handleMessage (message: string): void {
    if (!this.#headerCame) {
      if (message !== HEADER) {
        throw new MultistreamError('ERR_MULTISTREAM_MESSAGE', `the far end began with ${JSON.stringify(message)}`)
      }

      this.#headerCame = true
      this.#answers.push(HEADER)
      return
    }

    if (++this.#proposals > MAX_PROPOSALS) {
      throw new MultistreamError('ERR_MULTISTREAM_PROPOSALS', `more than ${MAX_PROPOSALS} proposals`)
    }

    if (this.#supports(message)) {
      this.#protocol = message
      this.#answers.push(message)
    } else {
      this.#answers.push(NOT_AVAILABLE)
    }
  }
}
