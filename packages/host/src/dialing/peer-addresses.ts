import type { AbortOptions, Logger, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { DialCandidateSource } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface PeerAddressComponents {
  peerStore: PeerStore
  peerRouting: PeerRouting
}

/** What the peer store has of `peer`; when that is nothing, what peer routing finds. */
export async function peerAddresses (peer: PeerId, { peerRouting, peerStore }: PeerAddressComponents, log: Logger, options: AbortOptions): Promise<{ addresses: Multiaddr[], source: DialCandidateSource }> {
  const stored = await storedAddresses(peer, peerStore, options)

  if (stored.length > 0) {
    return { addresses: stored, source: 'peer-store' }
  }

  try {
    return { addresses: (await peerRouting.findPeer(peer, options)).multiaddrs, source: 'peer-routing' }
  } catch (err) {
    // a peer that cannot be found is a peer without addresses
    log('peer routing did not find %p - %e', peer, err)

    return { addresses: [], source: 'peer-routing' }
  }
}

async function storedAddresses (peer: PeerId, peerStore: PeerStore, options: AbortOptions): Promise<Multiaddr[]> {
  try {
    const { addresses } = await peerStore.get(peer, options)

    return addresses.map(({ multiaddr }) => multiaddr)
  } catch (err) {
    if (err instanceof Error && err.name === 'NotFoundError') {
      return []
    }

    throw err
  }
}
