import { DATA, decodeHeader, HEADER_LENGTH } from './frame.ts'
import type { FrameHeader } from './frame.ts'

const NOTHING: Uint8Array = new Uint8Array()

/**
 * Cuts a stream of bytes into frames. Payload is passed on as views of what came
 * in: nothing is joined or copied but a header that came in two pieces.
 */
export class FrameReader {
  /** Of a header that comes in parts. */
  #partial: Uint8Array | undefined
  #partialLength = 0
  #payloadLeft = 0
  #piece: Uint8Array = NOTHING
  #offset = 0

  /** Between two frames. */
  get idle (): boolean {
    return this.#partialLength === 0 && this.#payloadLeft === 0
  }

  /** To be read by `next` until that gives undefined, before the next push. */
  push (piece: Uint8Array): void {
    this.#piece = piece
    this.#offset = 0
  }

  /**
   * A header as soon as it is complete; then, for data, the payload in the pieces in
   * which it comes; undefined when the rest of the frame is yet to come.
   *
   * @throws {YamuxProtocolError} at the first header that makes no sense
   */
  next (): FrameHeader | Uint8Array | undefined {
    const available = this.#piece.byteLength - this.#offset

    if (available === 0) {
      return this.#usedUp()
    }

    if (this.#payloadLeft > 0) {
      return this.#readPayload(Math.min(available, this.#payloadLeft))
    }

    const header = this.#readHeader(available)
    this.#payloadLeft = header?.type === DATA ? header.length : 0

    return header
  }

  #readPayload (length: number): Uint8Array {
    const start = this.#offset
    this.#offset += length
    this.#payloadLeft -= length

    return this.#piece.subarray(start, this.#offset)
  }

  #readHeader (available: number): FrameHeader | undefined {
    const start = this.#offset

    if (this.#partialLength === 0 && available >= HEADER_LENGTH) {
      this.#offset += HEADER_LENGTH

      return decodeHeader(this.#piece, start)
    }

    this.#offset += Math.min(available, HEADER_LENGTH - this.#partialLength)
    this.#partial ??= new Uint8Array(HEADER_LENGTH)
    this.#partial.set(this.#piece.subarray(start, this.#offset), this.#partialLength)
    this.#partialLength += this.#offset - start

    if (this.#partialLength < HEADER_LENGTH) {
      return this.#usedUp()
    }

    this.#partialLength = 0

    return decodeHeader(this.#partial, 0)
  }

  /** An idle session holds no memory of the connection's. */
  #usedUp (): undefined {
    this.#piece = NOTHING
    this.#offset = 0
  }
}
