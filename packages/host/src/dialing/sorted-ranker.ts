import type { AddressSorter } from '@libp2p/interface'
import type { DialRanker } from '@libp2p-ws/core'

/** Ms from one address to the next: the connection attempt delay that RFC 8305 recommends. */
const ATTEMPT_DELAY = 250

/**
 * Dials in the order of js-libp2p's `addressSorter`, each address a little after
 * the one before it. The sorter sees every address as not certified.
 */
export function sortedRanker (sorter: AddressSorter): DialRanker {
  return addresses => addresses
    .map(multiaddr => ({ multiaddr, isCertified: false }))
    .sort(sorter)
    .map(({ multiaddr }, i) => ({ address: multiaddr, delay: i * ATTEMPT_DELAY }))
}
