import { MultistreamError } from './errors.ts'
import { encodeMessages, HEADER, MessageReader, NOT_AVAILABLE } from './messages.ts'
import type { Negotiation } from './negotiation.ts'

//   dialer                           listener
//   /multistream/1.0.0 ─┐
//   first protocol ─────┴──────────▶
//                       ◀─────────── /multistream/1.0.0
//                       ◀─────────── the same, or na
//   next protocol ─────────────────▶             …

/**
 * The end that proposes: one protocol after the other until one is taken. Header
 * and first proposal are there to be sent from the start, so data of the first
 * protocol may follow them without a wait.
 */
export class DialerNegotiation implements Negotiation {
  readonly #protocols: readonly string[]
  readonly #reader = new MessageReader()
  #proposed = 0
  #headerCame = false
  readonly #transmit: Uint8Array[] = []
  #protocol: string | undefined

  /**
   * @param protocols - in order of preference, at least one
   * @throws {RangeError} for no protocol
   * @throws {MultistreamError} `ERR_MULTISTREAM_LENGTH` for one above 1,023 bytes
   */
  constructor (protocols: readonly string[]) {
    const [first] = protocols

    if (first === undefined) {
      throw new RangeError('at least one protocol has to be proposed')
    }

    this.#protocols = protocols
    this.#transmit.push(encodeMessages([HEADER, first]))
  }

  get protocol (): string | undefined {
    return this.#protocol
  }

  pollTransmit (): Uint8Array | undefined {
    return this.#transmit.shift()
  }

  handleData (piece: Uint8Array): Uint8Array | undefined {
    return this.#reader.read(piece, message => {
      this.#handleMessage(message)

      return this.#protocol !== undefined
    })
  }

  #handleMessage (message: string): void {
    const proposal = this.#protocols[this.#proposed]

    if (!this.#headerCame) {
      this.#expect(message, HEADER)
      this.#headerCame = true
    } else if (message === NOT_AVAILABLE) {
      this.#proposeNext()
    } else {
      this.#expect(message, proposal)
      this.#protocol = proposal
    }
  }

  #proposeNext (): void {
    const next = this.#protocols[++this.#proposed]

    if (next === undefined) {
      throw new MultistreamError('ERR_MULTISTREAM_REFUSED', `the far end speaks none of ${this.#protocols.join(', ')}`)
    }

    this.#transmit.push(encodeMessages([next]))
  }

  #expect (message: string, expected: string | undefined): void {
    if (message !== expected) {
      throw new MultistreamError('ERR_MULTISTREAM_MESSAGE', `the far end answered ${JSON.stringify(message)} to ${this.#protocols[this.#proposed]}`)
    }
  }
}
