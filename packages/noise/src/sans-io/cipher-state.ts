import { NoiseError } from './errors.ts'
import type { CipherKey, NoiseCrypto } from './crypto.ts'

/** Nonces are 64 bits, and the last one is never used (Noise spec, 5.1). A counter of ours ends where integers are no longer exact. */
const MAX_NONCE = Number.MAX_SAFE_INTEGER

const NO_AD = new Uint8Array()

/** Of whoever encrypts or decrypts now; nobody holds it any longer than that. */
const NONCE = new Uint8Array(12)
const NONCE_VIEW = new DataView(NONCE.buffer)

/** A key and how often it was used (Noise spec, "CipherState"). */
export class CipherState {
  readonly #crypto: NoiseCrypto
  readonly #key: CipherKey
  #count: number

  /** The first nonce is `count`; other than 0 only in tests. */
  constructor (crypto: NoiseCrypto, key: Uint8Array, count: number = 0) {
    this.#crypto = crypto
    this.#key = crypto.importKey(key)
    this.#count = count
  }

  /** @throws {NoiseError} `ERR_NOISE_NONCE` when the key was used too often */
  encrypt (pieces: readonly Uint8Array[], ad: Uint8Array = NO_AD): Uint8Array[] {
    return this.#crypto.encrypt(this.#key, this.#next(), ad, pieces)
  }

  /**
   * @throws {NoiseError} `ERR_NOISE_DECRYPT` when the message is not what was encrypted here
   * @throws {NoiseError} `ERR_NOISE_NONCE` when the key was used too often
   */
  decrypt (pieces: readonly Uint8Array[], ad: Uint8Array = NO_AD): Uint8Array[] {
    const plain = this.#crypto.decrypt(this.#key, this.#next(), ad, pieces)

    if (plain == null) {
      throw new NoiseError('ERR_NOISE_DECRYPT', 'a message was tampered with, repeated or lost')
    }

    return plain
  }

  /** 32 zero bits, then the count as 64 bits, little endian (Noise spec, 12.3). */
  #next (): Uint8Array {
    if (this.#count >= MAX_NONCE) {
      throw new NoiseError('ERR_NOISE_NONCE', 'the key was used too often')
    }

    NONCE_VIEW.setUint32(4, this.#count >>> 0, true)
    NONCE_VIEW.setUint32(8, Math.floor(this.#count / 0x1_0000_0000), true)
    this.#count++

    return NONCE
  }
}
