import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import { InvalidPublicKeyError } from '@libp2p/interface'
import { knownPeer } from '@libp2p-ws/dialer'
import type { AbortOptions, ContentRouting, PeerId, PeerStore, PublicKey } from '@libp2p/interface'

/** What a DHT keeps public keys under, before the peer's multihash. */
const KEY_PREFIX = new TextEncoder().encode('/pk/')

/**
 * The public key of `peer`: the one in its id, else the peer store's, else what
 * content routing finds, which is then kept in the peer store.
 *
 * @throws {InvalidPublicKeyError} when content routing has a key that is not the peer's
 */
export async function findPublicKey (peer: PeerId, { contentRouting, peerStore }: { contentRouting: ContentRouting, peerStore: PeerStore }, options: AbortOptions = {}): Promise<PublicKey> {
  const known = peer.publicKey ?? (await knownPeer(peerStore, peer, options))?.id.publicKey

  if (known != null) {
    return known
  }

  const publicKey = publicKeyFromProtobuf(await contentRouting.get(keyOf(peer), options))

  if (!peer.equals(publicKey.toMultihash().bytes)) {
    throw new InvalidPublicKeyError(`the public key that was found for ${peer} did not match requested peer`)
  }

  await peerStore.patch(peer, { publicKey }, options)

  return publicKey
}

function keyOf (peer: PeerId): Uint8Array {
  const multihash = peer.toMultihash().bytes
  const key = new Uint8Array(KEY_PREFIX.length + multihash.length)
  key.set(KEY_PREFIX)
  key.set(multihash, KEY_PREFIX.length)

  return key
}
