import { check } from './checks.ts'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes that look like noise and are the same for the same seed, so that both ends know what has to come. */
export class Pattern {
  #state: number
  #word = 0
  #bytesLeft = 0

  constructor (seed: number) {
    this.#state = (seed + 1) * 0x9e3779b9 >>> 0 || 1
  }

  next (length: number): Uint8Array {
    const bytes = new Uint8Array(length)

    for (let i = 0; i < length; i++) {
      bytes[i] = this.nextByte()
    }

    return bytes
  }

  nextByte (): number {
    if (this.#bytesLeft === 0) {
      // xorshift32 (Marsaglia 2003)
      this.#state ^= this.#state << 13
      this.#state ^= this.#state >>> 17
      this.#state ^= this.#state << 5
      this.#word = this.#state
      this.#bytesLeft = 4
    }

    this.#bytesLeft--
    const byte = this.#word & 255
    this.#word >>>= 8

    return byte
  }
}

/** Compares what comes with a pattern, byte by byte, and keeps none of it. */
export class PatternCheck {
  readonly #pattern: Pattern
  #length = 0

  constructor (seed: number) {
    this.#pattern = new Pattern(seed)
  }

  /** Bytes so far. */
  get length (): number {
    return this.#length
  }

  /** @throws {TransportSuiteError} at the first byte that is not the right one */
  push (data: Uint8Array | Uint8ArrayList): void {
    for (const byte of data.subarray()) {
      const expected = this.#pattern.nextByte()
      check(byte === expected, `byte ${this.#length} should be ${expected}, is ${byte}: bytes were lost, changed, repeated or put in another order`)
      this.#length++
    }
  }
}
