import { peerIdFromMultihash, peerIdFromPublicKey as fromPublicKey } from '@libp2p/peer-id'
import { EcdsaPrivateKey, EcdsaPublicKey } from './ecdsa-key.ts'
import type { PeerId, PrivateKey, PublicKey } from '@libp2p/interface'

/** Who a host is. */
export interface Identity {
  /** Signs as the specification has it. */
  privateKey: PrivateKey
  peerId: PeerId
}

/**
 * @param privateKey - of `@libp2p/crypto`; one of ECDSA comes back as an `EcdsaPrivateKey`
 * @throws {UnsupportedKeyTypeError} for a key of another type
 */
export function identityOf (privateKey: PrivateKey): Identity {
  const key: unknown = privateKey.type === 'ECDSA' && !(privateKey instanceof EcdsaPrivateKey) ? new EcdsaPrivateKey(privateKey) : privateKey

  return { privateKey: key as PrivateKey, peerId: peerIdFromPublicKey((key as PrivateKey).publicKey) }
}

/**
 * `peerIdFromPublicKey` of `@libp2p/peer-id`, and the id of an ECDSA key: js-libp2p's
 * object for a hashed key, whose `type` is `ECDSA` and which has the key.
 *
 * @throws {UnsupportedKeyTypeError} for a key of another type, and for ECDSA keys of `@libp2p/crypto`, which `identityOf` takes
 */
export function peerIdFromPublicKey (publicKey: PublicKey): PeerId {
  const key: unknown = publicKey

  if (!(key instanceof EcdsaPublicKey)) {
    return fromPublicKey(publicKey as Parameters<typeof fromPublicKey>[0])
  }

  const peerId: unknown = Object.assign(peerIdFromMultihash(key.toMultihash()), { type: key.type, publicKey: key })

  // the interface of js-libp2p has no ids of ECDSA keys
  return peerId as PeerId
}
