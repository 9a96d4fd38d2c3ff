import { publicKeyFromProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import type { StoredPeer } from './stored-peer.ts'
import type { Peer, PeerId } from '@libp2p/interface'

/** What is stored of `id` as everybody else has it. */
export function toPeer (id: PeerId, { addresses, metadata, peerRecordEnvelope, protocols, publicKey, tags }: StoredPeer): Peer {
  return {
    id: id.publicKey == null && publicKey != null ? peerIdFromPublicKey(publicKeyFromProtobuf(publicKey)) : id,
    addresses: addresses.map(({ isCertified, multiaddr: bytes }) => ({ multiaddr: multiaddr(bytes), isCertified })),
    protocols,
    metadata,
    tags,
    ...(peerRecordEnvelope == null ? {} : { peerRecordEnvelope })
  }
}
