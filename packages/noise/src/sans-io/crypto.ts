/** A key pair of Curve25519. What the private key is, is the provider's business. */
export interface KeyPair {
  /** 32 bytes. */
  publicKey: Uint8Array
  privateKey: unknown
}

/** A key of ChaCha20-Poly1305. What it is, is the provider's business. */
export type CipherKey = unknown

/**
 * The functions of Noise_25519_ChaChaPoly_SHA256. Pure: the same input gives the
 * same output; randomness comes in with the key pair.
 */
export interface NoiseCrypto {
  /** Shared secret of 32 bytes; undefined where it would be all zero (low-order point). */
  dh(privateKey: unknown, publicKey: Uint8Array): Uint8Array | undefined

  sha256(...pieces: Uint8Array[]): Uint8Array

  /** RFC 5869 with SHA-256 and no info: two keys of 32 bytes. */
  hkdf(salt: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array]

  /** @param key - 32 bytes */
  importKey(key: Uint8Array): CipherKey

  /**
   * Gives ciphertext, then the tag of 16 bytes, in any number of pieces. The
   * nonce has 12 bytes and changes after the call; the pieces of plaintext are left
   * as they are.
   */
  encrypt(key: CipherKey, nonce: Uint8Array, ad: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array[]

  /**
   * Takes ciphertext and tag, cut anywhere. Gives undefined when they were
   * tampered with.
   */
  decrypt(key: CipherKey, nonce: Uint8Array, ad: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array[] | undefined
}

/** Bytes of a ChaCha20-Poly1305 tag (RFC 8439). */
export const TAG_LENGTH = 16

/** Bytes of a public key of Curve25519 (RFC 7748). */
export const KEY_LENGTH = 32
