import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import type { PrivateKey } from '@libp2p/interface'
import type { Identity } from '@libp2p-ws/identity'

/**
 * In a page, the types of keys that js-libp2p has: what ECDSA needs beside it is
 * for peers that had a key before libp2p had others.
 *
 * @throws {UnsupportedKeyTypeError} for a key of another type
 */
export function identityOf (privateKey: PrivateKey): Identity {
  return { privateKey, peerId: peerIdFromPrivateKey(privateKey) }
}
