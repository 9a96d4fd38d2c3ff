import { publicKeyFromProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { ByteReader } from './byte-reader.ts'
import { IdentityError } from './errors.ts'
import type { MessageStream, PeerId, PublicKey } from '@libp2p/interface'

/** So that bytes which are no hello are known at once. */
const MAGIC: Uint8Array = new TextEncoder().encode('/libp2p-ws-testing/1\n')

/** A 16,384-bit RSA key in protobuf is below this. */
const MAX_KEY_LENGTH = 4_096

/**
 * Both ends say their public key at once and prove nothing: for tests only.
 * Returns who the far end says it is.
 *
 * @throws {IdentityError} when the far end says something else
 * @throws {Error} the signal's reason
 */
export async function exchangeIdentity (stream: MessageStream, publicKey: PublicKey, signal: AbortSignal): Promise<PeerId> {
  const reader = new ByteReader(stream)

  try {
    stream.send(encodeHello(publicKey))
    const header = await reader.read(MAGIC.length + 2, signal)

    if (!MAGIC.every((byte, index) => header[index] === byte)) {
      throw new IdentityError('what the far end sent is no hello')
    }

    const length = new DataView(header.buffer, header.byteOffset).getUint16(MAGIC.length)

    if (length > MAX_KEY_LENGTH) {
      throw new IdentityError(`the far end announced a key of ${length} bytes, more than ${MAX_KEY_LENGTH}`)
    }

    return toPeerId(await reader.read(length, signal))
  } finally {
    reader.release()
  }
}

function encodeHello (publicKey: PublicKey): Uint8Array {
  const key = publicKeyToProtobuf(publicKey)
  const hello = new Uint8Array(MAGIC.length + 2 + key.length)
  hello.set(MAGIC)
  new DataView(hello.buffer).setUint16(MAGIC.length, key.length)
  hello.set(key, MAGIC.length + 2)

  return hello
}

function toPeerId (key: Uint8Array): PeerId {
  try {
    return peerIdFromPublicKey(publicKeyFromProtobuf(key))
  } catch (error) {
    throw new IdentityError('the far end sent a key that cannot be read', { cause: error })
  }
}
