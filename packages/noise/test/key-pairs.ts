import { createPrivateKey, createPublicKey } from 'node:crypto'
import { x25519 } from '@noble/curves/ed25519.js'
import { crypto as noble } from '../src/crypto/noble.ts'
import { crypto as node } from '../src/crypto/node.ts'
import type { KeyPair, NoiseCrypto } from '../src/sans-io/index.ts'

/** PrivateKeyInfo of an X25519 key up to the key itself (RFC 8410). */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex')

/** Both providers, each with a way to make a key pair of known bytes. */
export const PROVIDERS: Array<{ name: string, crypto: NoiseCrypto, keyPair(secret: Uint8Array): KeyPair }> = [
  {
    name: 'node:crypto',
    crypto: node,
    keyPair (secret) {
      const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, secret]), format: 'der', type: 'pkcs8' })

      return { privateKey, publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(12) }
    }
  },
  { name: 'noble', crypto: noble, keyPair: secret => ({ privateKey: secret, publicKey: x25519.getPublicKey(secret) }) }
]
