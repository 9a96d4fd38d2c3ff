/**
 * The primitive types of the relay's wire. Everything is big-endian; `str` is
 * a u16 length in bytes and UTF-8, `rest` runs to the end of the message.
 */

/** The longest `str`, in bytes: its length is a u16. */
export const MAX_STRING_LENGTH = 0xffff

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function bool (value: boolean): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value ? 1 : 0)
}

export function id (value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)

  return bytes
}

export function utf8 (value: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(value)
}

/** @throws {RangeError} when `value` is longer than 65535 bytes */
export function str (value: string): Uint8Array<ArrayBuffer> {
  const text = utf8(value)

  if (text.length > MAX_STRING_LENGTH) {
    throw new RangeError(`string of ${text.length} bytes is longer than ${MAX_STRING_LENGTH}`)
  }

  return concat([Uint8Array.of(text.length >> 8, text.length & 0xff), text])
}

export function concat (parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0

  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }

  return bytes
}

/**
 * Reads the fields of one message, from behind its type byte. Every method
 * throws a `RangeError` when the message ends too early and a `TypeError` when
 * text is not UTF-8.
 */
export class FieldReader {
  readonly #bytes: Uint8Array
  #offset: number

  constructor (message: Uint8Array, offset = 1) {
    this.#bytes = message
    this.#offset = offset
  }

  bool (): boolean {
    return this.#take(1)[0] !== 0
  }

  id (): bigint {
    const bytes = this.#take(8)

    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  }

  str (): string {
    const [high = 0, low = 0] = this.#take(2)

    return decoder.decode(this.#take(high << 8 | low))
  }

  /** The rest of the message as text. */
  text (): string {
    return decoder.decode(this.bytes())
  }

  /** The rest of the message, which may be nothing. A view, not a copy. */
  bytes (): Uint8Array {
    return this.#take(this.#bytes.length - this.#offset)
  }

  /** @throws {RangeError} when something is left */
  end (): void {
    if (this.#offset !== this.#bytes.length) {
      throw new RangeError(`${this.#bytes.length - this.#offset} bytes too many`)
    }
  }

  #take (length: number): Uint8Array {
    const start = this.#offset
    const end = start + length

    if (length < 0 || end > this.#bytes.length) {
      throw new RangeError(`message ends at byte ${this.#bytes.length}, not before ${end}`)
    }

    this.#offset = end

    return this.#bytes.subarray(start, end)
  }
}
