import { createCipheriv, createDecipheriv, createHash, createPublicKey, createSecretKey, diffieHellman, generateKeyPairSync, hkdfSync } from 'node:crypto'
import { KEY_LENGTH, TAG_LENGTH } from '../sans-io/crypto.ts'
import { concat } from '../sans-io/symmetric-state.ts'
import { openSmall, sealSmall, SMALL } from './small-cipher.ts'
import { splitTag } from './split-tag.ts'
import type { KeyPair, NoiseCrypto } from '../sans-io/crypto.ts'
import type { KeyObject } from 'node:crypto'

const CIPHER = 'chacha20-poly1305'
const CIPHER_OPTIONS = { authTagLength: TAG_LENGTH }
const NO_INFO = new Uint8Array()

/** Bytes up to which joining pieces costs less than a call of OpenSSL for each of them. */
const JOIN_BELOW = 2_048

export function generateKeyPair (): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')

  // a JWK is a thirtieth of the price of DER
  return { publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url'), privateKey }
}

/** node:crypto, which is OpenSSL, and WebAssembly for what is so small that the call of OpenSSL costs more than its work. */
export const crypto: NoiseCrypto = {
  dh (privateKey, publicKey) {
    try {
      return diffieHellman({ privateKey: privateKey as KeyObject, publicKey: importPublicKey(publicKey) })
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

  hkdf (salt, input) {
    const keys = hkdfSync('sha256', input, salt, NO_INFO, 2 * KEY_LENGTH)

    return [new Uint8Array(keys, 0, KEY_LENGTH), new Uint8Array(keys, KEY_LENGTH)]
  },

  importKey: bytes => new LazyKey(bytes),

  encrypt (key, nonce, ad, pieces) {
    const length = lengthOf(pieces)

    if (length <= SMALL) {
      return [sealSmall((key as LazyKey).bytes, nonce, ad, pieces)]
    }

    const cipher = createCipheriv(CIPHER, (key as LazyKey).object, nonce, CIPHER_OPTIONS)
    ad.byteLength > 0 && cipher.setAAD(ad, { plaintextLength: length })
    const encrypted: Uint8Array[] = joinSmall(pieces, length).map(piece => cipher.update(piece))
    cipher.final()
    encrypted.push(cipher.getAuthTag())

    return encrypted
  },

  decrypt (key, nonce, ad, pieces) {
    const length = lengthOf(pieces) - TAG_LENGTH

    if (length <= SMALL) {
      const plain = length < 0 ? undefined : openSmall((key as LazyKey).bytes, nonce, ad, pieces)

      return plain === undefined ? undefined : [plain]
    }

    const { ciphertext, tag } = splitTag(pieces)
    const decipher = createDecipheriv(CIPHER, (key as LazyKey).object, nonce, CIPHER_OPTIONS)
    decipher.setAuthTag(tag)
    ad.byteLength > 0 && decipher.setAAD(ad, { plaintextLength: length })
    const plain = joinSmall(ciphertext, length).map(piece => decipher.update(piece))

    try {
      decipher.final()
    } catch {
      return undefined
    }

    return plain
  }
}

/** Most connections never carry a record that is large enough for OpenSSL. */
class LazyKey {
  readonly bytes: Uint8Array
  #object: KeyObject | undefined

  constructor (bytes: Uint8Array) {
    this.bytes = bytes
  }

  get object (): KeyObject {
    this.#object ??= createSecretKey(this.bytes)

    return this.#object
  }
}

/** A handshake uses the far end's ephemeral key twice. */
const imported = new WeakMap<Uint8Array, KeyObject>()

function importPublicKey (key: Uint8Array): KeyObject {
  const before = imported.get(key)

  if (before !== undefined) {
    return before
  }

  const { buffer, byteOffset, byteLength } = key
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(buffer, byteOffset, byteLength).toString('base64url') }, format: 'jwk' })
  imported.set(key, publicKey)

  return publicKey
}

function joinSmall (pieces: readonly Uint8Array[], length: number): readonly Uint8Array[] {
  return pieces.length > 1 && length <= JOIN_BELOW ? [concat(pieces)] : pieces
}

function lengthOf (pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
}
