import { TAG_LENGTH } from './crypto.ts'
import { NoiseError } from './errors.ts'

/** Bytes of a noise message (Noise spec, 3); its length goes before it as 16 bits, big endian (libp2p spec, noise). */
export const MAX_RECORD = 65_535

/** Bytes of plaintext in a record. */
export const MAX_PLAINTEXT: number = MAX_RECORD - TAG_LENGTH

/** The length that goes before a record. */
export function recordHeader (length: number): Uint8Array {
  return Uint8Array.of(length >>> 8, length & 0xff)
}

/** Cuts a stream of bytes into records, as the pieces in which they come. */
export class RecordReader {
  #pieces: Uint8Array[] = []
  #left = 0
  #lengthHigh: number | undefined
  readonly #shortest: number

  /** @param shortest - bytes that every record has at least */
  constructor (shortest: number) {
    this.#shortest = shortest
  }

  /**
   * The records that `piece` completes.
   *
   * @throws {NoiseError} `ERR_NOISE_LENGTH` for a record that is too short
   */
  read (piece: Uint8Array): Uint8Array[][] {
    const records: Uint8Array[][] = []
    let offset = 0

    while (offset < piece.byteLength) {
      if (this.#left === 0) {
        offset = this.#readLength(piece, offset)
        continue
      }

      const part = piece.subarray(offset, offset + this.#left)
      offset += part.byteLength
      this.#left -= part.byteLength
      this.#pieces.push(part)

      if (this.#left === 0) {
        records.push(this.#pieces)
        this.#pieces = []
      }
    }

    return records
  }

  #readLength (piece: Uint8Array, offset: number): number {
    const byte = piece[offset] ?? 0

    if (this.#lengthHigh == null) {
      this.#lengthHigh = byte
      return offset + 1
    }

    this.#left = this.#lengthHigh * 256 + byte
    this.#lengthHigh = undefined

    if (this.#left < this.#shortest) {
      throw new NoiseError('ERR_NOISE_LENGTH', `a record of ${this.#left} bytes`)
    }

    return offset + 1
  }
}
