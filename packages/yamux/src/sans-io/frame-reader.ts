import { DATA, decodeHeader, HEADER_LENGTH } from './frame.ts'
import type { FrameHeader } from './frame.ts'

/** A header as soon as it is complete; then, for data, the payload in the pieces in which it comes. */
export type FramePart =
  | { header: FrameHeader, payload?: undefined }
  | { header?: undefined, payload: Uint8Array }

/**
 * Cuts a stream of bytes into frames. Payload is passed on as views of what came
 * in: nothing is joined or copied but a header that came in two pieces.
 */
export class FrameReader {
  readonly #partial = new Uint8Array(HEADER_LENGTH)
  #partialLength = 0
  #payloadLeft = 0

  /** Between two frames. */
  get idle (): boolean {
    return this.#partialLength === 0 && this.#payloadLeft === 0
  }

  /** @throws {YamuxProtocolError} at the first header that makes no sense; what came before it was yielded */
  * read (piece: Uint8Array): Generator<FramePart> {
    let offset = 0

    while (offset < piece.byteLength) {
      if (this.#payloadLeft > 0) {
        const payload = piece.subarray(offset, offset + this.#payloadLeft)
        offset += payload.byteLength
        this.#payloadLeft -= payload.byteLength
        yield { payload }
        continue
      }

      let header: FrameHeader

      if (this.#partialLength === 0 && piece.byteLength - offset >= HEADER_LENGTH) {
        header = decodeHeader(piece, offset)
        offset += HEADER_LENGTH
      } else {
        const taken = piece.subarray(offset, offset + HEADER_LENGTH - this.#partialLength)
        this.#partial.set(taken, this.#partialLength)
        this.#partialLength += taken.byteLength
        offset += taken.byteLength

        if (this.#partialLength < HEADER_LENGTH) {
          return
        }

        header = decodeHeader(this.#partial, 0)
        this.#partialLength = 0
      }

      this.#payloadLeft = header.type === DATA ? header.length : 0
      yield { header }
    }
  }
}
