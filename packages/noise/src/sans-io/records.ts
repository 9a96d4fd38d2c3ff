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

/** Cuts `pieces` into the plaintext of records: views of them, at most `MAX_PLAINTEXT` bytes together. */
export function splitPlaintext (pieces: readonly Uint8Array[]): Array<{ pieces: readonly Uint8Array[], length: number }> {
  const total = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)

  if (total <= MAX_PLAINTEXT) {
    return total === 0 ? [] : [{ pieces, length: total }]
  }

  const records: Array<{ pieces: Uint8Array[], length: number }> = []
  let record = { pieces: [] as Uint8Array[], length: 0 }

  for (const piece of pieces) {
    for (let offset = 0; offset < piece.byteLength;) {
      const part = piece.subarray(offset, offset + MAX_PLAINTEXT - record.length)
      offset += part.byteLength
      record.pieces.push(part)
      record.length += part.byteLength

      if (record.length === MAX_PLAINTEXT) {
        records.push(record)
        record = { pieces: [], length: 0 }
      }
    }
  }

  record.length > 0 && records.push(record)

  return records
}

const NOTHING = new Uint8Array()
const NO_COPIES: readonly Uint8Array[] = []

/** Cuts a stream of bytes into records, as the pieces in which they come. */
export class RecordReader {
  readonly #shortest: number
  #piece: Uint8Array = NOTHING
  #offset = 0
  #pieces: Uint8Array[] = []
  #copies: Uint8Array[] = []
  #left = 0
  #lengthHigh: number | undefined

  /** @param shortest - bytes that every record has at least */
  constructor (shortest: number) {
    this.#shortest = shortest
  }

  /** Whether the bytes so far end in the middle of a record. */
  get midway (): boolean {
    return this.#left > 0 || this.#lengthHigh !== undefined
  }

  /** Only after `next` gave undefined. */
  push (piece: Uint8Array): void {
    this.#piece = piece
    this.#offset = 0
  }

  /**
   * The next record; undefined when the bytes end before it does.
   *
   * @throws {NoiseError} `ERR_NOISE_LENGTH` for a record that is too short
   */
  next (): Uint8Array[] | undefined {
    while (this.#offset < this.#piece.byteLength) {
      if (this.#left === 0) {
        this.#readLength()
        continue
      }

      const part = this.#piece.subarray(this.#offset, this.#offset + this.#left)
      this.#offset += part.byteLength
      this.#left -= part.byteLength
      this.#pieces.push(part)

      if (this.#left === 0) {
        const record = this.#pieces
        this.#pieces = []

        return record
      }
    }

    // an idle connection holds no memory of its socket
    this.#piece = NOTHING
    this.#offset = 0

    return undefined
  }

  /** Copies what it holds of a record that is not complete, after `next` gave undefined. */
  keep (): void {
    const last = this.#pieces.length - 1

    if (last >= 0) {
      const copy = Uint8Array.from(this.#pieces[last] ?? NOTHING)
      this.#pieces[last] = copy
      this.#copies.push(copy)
    }
  }

  /** The copies in the record that `next` gave: nobody else holds them. */
  takeCopies (): readonly Uint8Array[] {
    if (this.#copies.length === 0) {
      return NO_COPIES
    }

    const copies = this.#copies
    this.#copies = []

    return copies
  }

  /** What came behind the last record. */
  rest (): Uint8Array {
    return this.#piece.subarray(this.#offset)
  }

  #readLength (): void {
    const byte = this.#piece[this.#offset++] ?? 0

    if (this.#lengthHigh == null) {
      this.#lengthHigh = byte
      return
    }

    this.#left = this.#lengthHigh * 256 + byte
    this.#lengthHigh = undefined

    if (this.#left < this.#shortest) {
      throw new NoiseError('ERR_NOISE_LENGTH', `a record of ${this.#left} bytes`)
    }
  }
}
