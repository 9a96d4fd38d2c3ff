import { DEFAULT_DIAL_PRIORITY, knownPeer, SILENCE } from '@libp2p-ws/dialer'
import type { AbortOptions, Logger, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { CandidatesOptions, DialCandidateSource } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface PeerAddressComponents {
  peerStore: PeerStore
  peerRouting: PeerRouting
}

/** Addresses that were found together. */
export interface FoundAddresses {
  addresses: Multiaddr[]
  source: DialCandidateSource
}

/**
 * What the peer store has of `peer`, and then what peer routing finds: at once
 * where the peer store has nothing, else when none of its addresses is left to
 * dial, or after a second.
 *
 * Services that dial a peer whose addresses are known get those alone, as in
 * js-libp2p: they are peer routing themselves, and each peer that a search does
 * not reach would start another one.
 */
export async function * peerAddresses (peer: PeerId, { peerRouting, peerStore }: PeerAddressComponents, log: Logger, { signal, needed, priority }: CandidatesOptions): AsyncGenerator<FoundAddresses> {
  const known = await knownPeer(peerStore, peer, { signal })
  const stored = (known?.addresses ?? []).map(({ multiaddr }) => multiaddr)

  if (stored.length > 0) {
    yield { addresses: stored, source: 'peer-store' }
  }

  await needed(SILENCE)

  // the dials of the application have a higher priority than those of services
  if (stored.length > 0 && priority() <= DEFAULT_DIAL_PRIORITY) {
    return
  }

  const found = await routedAddresses(peer, peerRouting, log, { signal })
  yield { addresses: found.filter(address => !stored.some(known => known.equals(address))), source: 'peer-routing' }
}

/** A peer that cannot be found is a peer without addresses. */
async function routedAddresses (peer: PeerId, peerRouting: PeerRouting, log: Logger, options: AbortOptions): Promise<Multiaddr[]> {
  try {
    return (await peerRouting.findPeer(peer, options)).multiaddrs
  } catch (err) {
    log('peer routing did not find %p - %e', peer, err)

    return []
  }
}
