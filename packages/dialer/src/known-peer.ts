import type { AbortOptions, Peer, PeerId, PeerStore } from '@libp2p/interface'

/** What the peer store has of `peer`; undefined when that is nothing. */
export async function knownPeer (peerStore: Pick<PeerStore, 'get'>, peer: PeerId, options?: AbortOptions): Promise<Peer | undefined> {
  try {
    return await peerStore.get(peer, options)
  } catch (err) {
    if (err instanceof Error && err.name === 'NotFoundError') {
      return undefined
    }

    throw err
  }
}
