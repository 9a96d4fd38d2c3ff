import { MultistreamError } from './errors.ts'
import { decodeText, encodeText } from './text.ts'

/** Opening of either end (libp2p spec, connections: "multistream-select"). */
export const HEADER = '/multistream/1.0.0'

/** The listener does not speak what was proposed. */
export const NOT_AVAILABLE = 'na'

/** Bytes of a message without its length; go-multistream and js-libp2p refuse longer ones. */
export const MAX_MESSAGE = 1_024

const NEWLINE = 0x0a

/**
 * Each of `lines` with its newline, behind its length as a varint.
 *
 * @throws {MultistreamError} `ERR_MULTISTREAM_LENGTH` for a line above 1,023 bytes
 */
export function encodeMessages (lines: readonly string[]): Uint8Array {
  const texts = lines.map(encodeText)
  const bytes = new Uint8Array(texts.reduce((sum, { byteLength }) => sum + prefixLength(byteLength + 1) + byteLength + 1, 0))
  let offset = 0

  for (const text of texts) {
    const length = text.byteLength + 1

    if (length > MAX_MESSAGE) {
      throw new MultistreamError('ERR_MULTISTREAM_LENGTH', `a protocol id of ${text.byteLength} bytes: at most ${MAX_MESSAGE - 1} can be proposed`)
    }

    if (length < 128) {
      bytes[offset++] = length
    } else {
      bytes[offset++] = length % 128 + 128
      bytes[offset++] = Math.floor(length / 128)
    }

    bytes.set(text, offset)
    offset += length
    bytes[offset - 1] = NEWLINE
  }

  return bytes
}

function prefixLength (length: number): number {
  return length < 128 ? 1 : 2
}

/** Cuts a stream of bytes into messages. Holds at most one that is not complete. */
export class MessageReader {
  #bytes: Uint8Array = new Uint8Array()
  #offset = 0

  push (piece: Uint8Array): void {
    const rest = this.rest()
    this.#offset = 0

    if (rest.byteLength === 0) {
      this.#bytes = piece
      return
    }

    this.#bytes = new Uint8Array(rest.byteLength + piece.byteLength)
    this.#bytes.set(rest)
    this.#bytes.set(piece, rest.byteLength)
  }

  /**
   * The next message without its newline; undefined until it is complete.
   *
   * @throws {MultistreamError} `ERR_MULTISTREAM_LENGTH`, `ERR_MULTISTREAM_MESSAGE` for one without a newline
   */
  next (): string | undefined {
    const low = this.#bytes[this.#offset]
    const high = this.#bytes[this.#offset + 1]

    if (low === undefined || (low >= 128 && high === undefined)) {
      return undefined
    }

    const length = low < 128 ? low : low - 128 + (high ?? 0) * 128
    const start = this.#offset + (low < 128 ? 1 : 2)

    // a third byte of length would have its sign in `high`: above the limit too
    if (length > MAX_MESSAGE) {
      throw new MultistreamError('ERR_MULTISTREAM_LENGTH', `a message of more than ${MAX_MESSAGE} bytes`)
    }

    // the shortest form is the only one (unsigned-varint spec)
    if (low >= 128 && high === 0) {
      throw new MultistreamError('ERR_MULTISTREAM_LENGTH', 'the length of a message has a byte too much')
    }

    const end = start + length

    if (end > this.#bytes.byteLength) {
      return undefined
    }

    if (length === 0 || this.#bytes[end - 1] !== NEWLINE) {
      throw new MultistreamError('ERR_MULTISTREAM_MESSAGE', 'a message without a newline at its end')
    }

    this.#offset = end

    return decodeText(this.#bytes.subarray(start, end - 1))
  }

  /**
   * Gives the messages of `piece` to `handle` until that says that it was the last.
   * Returns what came behind the last; undefined when there may be more.
   *
   * @throws {MultistreamError} as `next`, and what `handle` throws
   */
  read (piece: Uint8Array, handle: (message: string) => boolean): Uint8Array | undefined {
    this.push(piece)

    for (let message = this.next(); message !== undefined; message = this.next()) {
      if (handle(message)) {
        return this.rest()
      }
    }

    return undefined
  }

  /** What came behind the last message. */
  rest (): Uint8Array {
    return this.#bytes.subarray(this.#offset)
  }
}
