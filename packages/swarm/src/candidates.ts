import type { AbortOptions, PeerId, PeerInfo, PeerStore } from '@libp2p/interface'
import type { DialCandidate } from '@libp2p-ws/core'

/** What of js-libp2p's `PeerRouting` a dial needs. */
export interface PeerFinder {
  findPeer(peer: PeerId, options?: AbortOptions): Promise<PeerInfo>
}

/**
 * Addresses of `peer`: the peer store's, and peer routing's when it has none.
 * Routing that finds nothing is no error: the dial then has no addresses.
 */
export async function * peerCandidates (peer: PeerId, peerStore: PeerStore, routing: PeerFinder | undefined, signal: AbortSignal): AsyncGenerator<DialCandidate> {
  const known = await storedAddresses(peer, peerStore, signal)

  for (const { multiaddr } of known) {
    yield { address: multiaddr, source: 'peer-store' }
  }

  if (known.length > 0 || routing == null) {
    return
  }

  const found = await routing.findPeer(peer, { signal }).catch(() => undefined)

  for (const address of found?.multiaddrs ?? []) {
    yield { address, source: 'peer-routing' }
  }
}

async function storedAddresses (peer: PeerId, peerStore: PeerStore, signal: AbortSignal): Promise<Awaited<ReturnType<PeerStore['get']>>['addresses']> {
  try {
    return (await peerStore.get(peer, { signal })).addresses
  } catch (err) {
    if (err instanceof Error && err.name === 'NotFoundError') {
      return []
    }

    throw err
  }
}
