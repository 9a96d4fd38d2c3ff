import { CipherState } from './cipher-state.ts'
import { NoiseError } from './errors.ts'
import type { NoiseCrypto } from './crypto.ts'

const NOTHING = new Uint8Array()

/** What both ends have said so far, hashed, and the key that follows from it (Noise spec, "SymmetricState"). */
export class SymmetricState {
  readonly #crypto: NoiseCrypto
  #chainingKey: Uint8Array
  #hash: Uint8Array
  #cipher: CipherState | undefined

  /** The protocol's name has 32 bytes, so it need not be hashed. */
  constructor (crypto: NoiseCrypto, protocolName: Uint8Array, prologue: Uint8Array) {
    this.#crypto = crypto
    this.#chainingKey = protocolName
    this.#hash = protocolName
    this.mixHash(prologue)
  }

  /** 32 bytes that only these two ends share (Noise spec, "Channel binding"). */
  get handshakeHash (): Uint8Array {
    return this.#hash
  }

  mixHash (...pieces: Uint8Array[]): void {
    this.#hash = this.#crypto.sha256(this.#hash, ...pieces)
  }

  /** @throws {NoiseError} `ERR_NOISE_KEY` for a public key of low order */
  mixKey (privateKey: unknown, publicKey: Uint8Array): void {
    const secret = this.#crypto.dh(privateKey, publicKey)

    if (secret == null) {
      throw new NoiseError('ERR_NOISE_KEY', 'the far end\'s key is a point of low order')
    }

    const [chainingKey, key] = this.#crypto.hkdf(this.#chainingKey, secret)
    this.#chainingKey = chainingKey
    this.#cipher = new CipherState(this.#crypto, key)
  }

  /** Plain before the first `mixKey`. */
  encryptAndHash (plain: Uint8Array): Uint8Array[] {
    const pieces = this.#cipher == null ? [plain] : this.#cipher.encrypt([plain], this.#hash)
    this.mixHash(...pieces)

    return pieces
  }

  /** @throws {NoiseError} `ERR_NOISE_DECRYPT` */
  decryptAndHash (bytes: Uint8Array): Uint8Array {
    const plain = this.#cipher == null ? [bytes] : this.#cipher.decrypt([bytes], this.#hash)
    this.mixHash(bytes)

    return plain.length === 1 && plain[0] != null ? plain[0] : concat(plain)
  }

  /** The initiator's key, then the responder's. */
  split (): [CipherState, CipherState] {
    const [first, second] = this.#crypto.hkdf(this.#chainingKey, NOTHING)

    return [new CipherState(this.#crypto, first), new CipherState(this.#crypto, second)]
  }
}

export function concat (pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let offset = 0

  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.byteLength
  }

  return joined
}
