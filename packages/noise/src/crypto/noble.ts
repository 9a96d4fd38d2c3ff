import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { KEY_LENGTH } from '../sans-io/crypto.ts'
import { concat } from '../sans-io/symmetric-state.ts'
import type { KeyPair, NoiseCrypto } from '../sans-io/crypto.ts'

export function generateKeyPair (): KeyPair {
  const { secretKey, publicKey } = x25519.keygen()

  return { publicKey, privateKey: secretKey }
}

/** The audited noble libraries, where there is no node:crypto. */
export const crypto: NoiseCrypto = {
  dh (privateKey, publicKey) {
    try {
      return x25519.getSharedSecret(privateKey as Uint8Array, publicKey)
    } catch {
      // noble refuses a shared secret of zeros
      return undefined
    }
  },

  sha256: (...pieces) => sha256(concat(pieces)),

  hkdf (salt, input) {
    const keys = hkdf(sha256, input, salt, undefined, 2 * KEY_LENGTH)

    return [keys.slice(0, KEY_LENGTH), keys.slice(KEY_LENGTH)]
  },

  importKey: key => key,

  encrypt: (key, nonce, ad, pieces) => [chacha20poly1305(key as Uint8Array, nonce, ad).encrypt(concat(pieces))],

  decrypt (key, nonce, ad, pieces) {
    try {
      return [chacha20poly1305(key as Uint8Array, nonce, ad).decrypt(concat(pieces))]
    } catch {
      return undefined
    }
  }
}
