/** What may follow any other first byte. */
const ANY_SECOND_BYTE = [0x80, 0xbf] as const

/** What may follow these: no longer forms than needed, no surrogates, nothing past U+10FFFF. */
const SECOND_BYTES: ReadonlyMap<number, readonly [number, number]> = new Map([
  [0xe0, [0xa0, 0xbf]],
  [0xed, [0x80, 0x9f]],
  [0xf0, [0x90, 0xbf]],
  [0xf4, [0x80, 0x8f]]
])

/** Checks UTF-8 as it comes, RFC 3629 section 4. */
export class Utf8Validator {
  /** Continuation bytes that are still to come. */
  #left = 0

  /** What the next byte may be. */
  #min = 0x80
  #max = 0xbf

  /** Not in the middle of a character. */
  get complete (): boolean {
    return this.#left === 0
  }

  /** @returns false at the first byte that can be part of no character */
  push (bytes: Uint8Array): boolean {
    for (const byte of bytes) {
      if (this.#left === 0 ? !this.#begin(byte) : !this.#continue(byte)) {
        return false
      }
    }

    return true
  }

  #begin (byte: number): boolean {
    if (byte < 0x80) {
      return true
    }

    if (byte < 0xc2 || byte > 0xf4) {
      return false
    }

    const [min, max] = SECOND_BYTES.get(byte) ?? ANY_SECOND_BYTE
    this.#left = 1 + Number(byte >= 0xe0) + Number(byte >= 0xf0)
    this.#min = min
    this.#max = max

    return true
  }

  #continue (byte: number): boolean {
    if (byte < this.#min || byte > this.#max) {
      return false
    }

    this.#left--
    this.#min = 0x80
    this.#max = 0xbf

    return true
  }
}
