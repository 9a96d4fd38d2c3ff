import { createCipheriv, createDecipheriv, createHash, createHmac, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { TAG_LENGTH } from '../sans-io/crypto.ts'
import { splitTag } from './split-tag.ts'
import type { KeyPair, NoiseCrypto } from '../sans-io/crypto.ts'
import type { KeyObject } from 'node:crypto'

/** SubjectPublicKeyInfo of an X25519 key up to the key itself (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex')

const CIPHER = 'chacha20-poly1305'

export function generateKeyPair (): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')

  return { publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length), privateKey }
}

/** node:crypto, which is OpenSSL. */
export const crypto: NoiseCrypto = {
  dh (privateKey, publicKey) {
    try {
      return diffieHellman({
        privateKey: privateKey as KeyObject,
        publicKey: createPublicKey({ key: Buffer.concat([SPKI_PREFIX, publicKey]), format: 'der', type: 'spki' })
      })
    } catch {
      // OpenSSL refuses a shared secret of zeros
      return undefined
    }
  },

  sha256 (...pieces) {
    const hash = createHash('sha256')
    pieces.forEach(piece => { hash.update(piece) })

    return hash.digest()
  },

  hmac (key, ...pieces) {
    const hmac = createHmac('sha256', key)
    pieces.forEach(piece => { hmac.update(piece) })

    return hmac.digest()
  },

  importKey: key => key,

  encrypt (key, nonce, ad, pieces) {
    const cipher = createCipheriv(CIPHER, key as Uint8Array, nonce, { authTagLength: TAG_LENGTH })
    ad.byteLength > 0 && cipher.setAAD(ad, { plaintextLength: lengthOf(pieces) })
    const encrypted: Uint8Array[] = pieces.map(piece => cipher.update(piece))
    cipher.final()

    return [...encrypted, cipher.getAuthTag()]
  },

  decrypt (key, nonce, ad, pieces) {
    const split = splitTag(pieces)

    if (split == null) {
      return undefined
    }

    const decipher = createDecipheriv(CIPHER, key as Uint8Array, nonce, { authTagLength: TAG_LENGTH })
    decipher.setAuthTag(split.tag)
    ad.byteLength > 0 && decipher.setAAD(ad, { plaintextLength: lengthOf(split.ciphertext) })
    const plain = split.ciphertext.map(piece => decipher.update(piece))

    try {
      decipher.final()
    } catch {
      return undefined
    }

    return plain
  }
}

function lengthOf (pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
