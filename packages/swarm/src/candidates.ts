import { knownPeer, SILENCE } from '@libp2p-ws/dialer'
import type { AbortOptions, PeerId, PeerInfo, PeerStore } from '@libp2p/interface'
import type { CandidatesOptions, DialCandidate } from '@libp2p-ws/core'

/** What of js-libp2p's `PeerRouting` a dial needs. */
export interface PeerFinder {
  findPeer(peer: PeerId, options?: AbortOptions): Promise<PeerInfo>
}

/**
 * Addresses of `peer`: the peer store's, and peer routing's once none of those is
 * left to dial, or all have been silent for a while. A lookup is many messages to
 * many peers: an address that works at once should not cost one. (go-libp2p asks
 * only where the peer store has none, so that a peer that moved is not found.)
 * Routing that finds nothing is no error: the dial then has no more addresses.
 */
export async function * peerCandidates (peer: PeerId, peerStore: PeerStore, routing: PeerFinder | undefined, { signal, needed }: CandidatesOptions): AsyncGenerator<DialCandidate> {
  const known = await knownPeer(peerStore, peer, { signal })

  for (const { multiaddr } of known?.addresses ?? []) {
    yield { address: multiaddr, source: 'peer-store' }
  }

  if (routing == null) {
    return
  }

  await needed(SILENCE)
  const found = await routing.findPeer(peer, { signal }).catch(() => undefined)

  for (const address of found?.multiaddrs ?? []) {
    yield { address, source: 'peer-routing' }
  }
}
