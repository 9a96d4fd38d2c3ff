import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import { InvalidValueError } from '@libp2p-ws/core'
import type { PrivateKey } from '@libp2p/interface'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * A key as Start and Identify have it: base64, padded, of libp2p's protobuf
 * PrivateKey. An empty text gives a fresh ed25519 key.
 *
 * @throws {InvalidValueError} whose message does not repeat the key
 */
export async function readPrivateKey (text: string): Promise<PrivateKey> {
  if (text === '') {
    return generateKeyPair('Ed25519')
  }

  if (!BASE64.test(text)) {
    throw new InvalidValueError('key', '(secret)', 'Bad peer key: it is not padded base64')
  }

  try {
    return privateKeyFromProtobuf(Buffer.from(text, 'base64'))
  } catch (err) {
    throw new InvalidValueError('key', '(secret)', `Bad peer key: it is not a libp2p private key (${(err as Error).message})`)
  }
}

export function formatPrivateKey (key: PrivateKey): string {
  return Buffer.from(privateKeyToProtobuf(key)).toString('base64')
}
