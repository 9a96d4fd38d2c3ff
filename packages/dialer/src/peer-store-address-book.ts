import { knownPeer } from './known-peer.ts'
import { mergeOutcomes } from './sans-io/address-history.ts'
import { HISTORY_ADDRESSES } from './sans-io/constants.ts'
import type { AddressBook } from './address-book.ts'
import type { AddressOutcome } from './sans-io/address-history.ts'
import type { PeerId, PeerStore } from '@libp2p/interface'

export interface PeerStoreAddressBookInit {
  /** Addresses kept for each peer. Default 16. */
  maxAddresses?: number
}

/** The key of the metadata of a peer that has the outcomes, as JSON. */
export const ADDRESS_OUTCOMES_KEY = 'libp2p-ws:address-outcomes'

/** Keeps outcomes with the peers they belong to, so that they last as long as the peer store does. */
export function peerStoreAddressBook (peerStore: Pick<PeerStore, 'get' | 'merge'>, init: PeerStoreAddressBookInit = {}): AddressBook {
  const maxAddresses = init.maxAddresses ?? HISTORY_ADDRESSES
  const load = async (peer: PeerId): Promise<AddressOutcome[]> => {
    const known = await knownPeer(peerStore, peer)

    return known === undefined ? [] : decodeOutcomes(known.metadata)
  }

  return {
    load,
    record: async (peer, outcomes) => {
      const merged = mergeOutcomes(await load(peer), outcomes, maxAddresses)
      await peerStore.merge(peer, { metadata: encodeOutcomes(merged) })
    }
  }
}

/** As metadata of the peer they belong to. */
export function encodeOutcomes (outcomes: AddressOutcome[]): Record<string, Uint8Array> {
  return { [ADDRESS_OUTCOMES_KEY]: new TextEncoder().encode(JSON.stringify(outcomes)) }
}

/** Those in the metadata of a peer. What cannot be read is as good as nothing: it is only a hint where to dial first. */
export function decodeOutcomes (metadata: ReadonlyMap<string, Uint8Array>): AddressOutcome[] {
  const bytes = metadata.get(ADDRESS_OUTCOMES_KEY)

  if (bytes === undefined) {
    return []
  }

  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))

    return Array.isArray(value) ? value.filter(isOutcome) : []
  } catch {
    return []
  }
}

function isOutcome (value: any): value is AddressOutcome {
  return typeof value?.address === 'string' && [value.lastSuccess, value.lastFailure, value.handshake].every(time => time === undefined || typeof time === 'number')
}
