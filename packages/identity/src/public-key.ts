import { publicKeyFromProtobuf as fromProtobuf } from '@libp2p/crypto/keys'
import { EcdsaPublicKey } from './ecdsa-key.ts'
import type { PublicKey } from '@libp2p/interface'

/** How the protobuf of every ECDSA key begins: field 1 is key type 3, field 2 has the key (libp2p spec, peer-ids). */
const ECDSA_PREFIX = [0x08, 0x03, 0x12]

/**
 * Reads the public key of a handshake: `publicKeyFromProtobuf` of `@libp2p/crypto`,
 * and ECDSA as the specification has it.
 *
 * @throws {Error} for what is no public key
 */
export function publicKeyFromProtobuf (bytes: Uint8Array): PublicKey {
  if (!ECDSA_PREFIX.every((byte, i) => byte === bytes[i])) {
    return fromProtobuf(bytes)
  }

  // the length of a key: one byte, or for P-521 two
  const offset = ECDSA_PREFIX.length + ((bytes[ECDSA_PREFIX.length] ?? 0) > 127 ? 2 : 1)
  const key: unknown = EcdsaPublicKey.fromRaw(bytes.subarray(offset))

  return key as PublicKey
}
