import { mergeOutcomes } from './sans-io/address-history.ts'
import { HISTORY_ADDRESSES, HISTORY_PEERS } from './sans-io/constants.ts'
import type { AddressOutcome } from './sans-io/address-history.ts'
import type { PeerId } from '@libp2p/interface'

/** Where a dialer keeps what it learned of addresses, such as in the peer store. */
export interface AddressBook {
  /** What is known of the addresses of `peer`. A promise delays no dial: the dial starts without. */
  load(peer: PeerId): AddressOutcome[] | Promise<AddressOutcome[]>

  /** Adds what one dial has shown. Fields that `outcomes` leaves out keep their values. */
  record(peer: PeerId, outcomes: AddressOutcome[]): void | Promise<void>
}

/** One that answers at once. */
export interface MemoryAddressBook extends AddressBook {
  load(peer: PeerId): AddressOutcome[]
  record(peer: PeerId, outcomes: AddressOutcome[]): void
}

export interface MemoryAddressBookInit {
  /** Peers kept; the one not dialed for longest goes first. Default 1,000. */
  maxPeers?: number

  /** Addresses kept for each. Default 16. */
  maxAddresses?: number
}

/** Keeps a bounded number of peers, and forgets them with the process. */
export function memoryAddressBook (init: MemoryAddressBookInit = {}): MemoryAddressBook {
  const maxPeers = init.maxPeers ?? HISTORY_PEERS
  const maxAddresses = init.maxAddresses ?? HISTORY_ADDRESSES
  const peers = new Map<string, AddressOutcome[]>()

  return {
    load: peer => peers.get(peer.toString()) ?? [],
    record: (peer, outcomes) => {
      const key = peer.toString()
      const known = peers.get(key) ?? []

      // a Map keeps the order of insertion: the first one is the oldest
      peers.delete(key)
      peers.set(key, mergeOutcomes(known, outcomes, maxAddresses))

      for (const oldest of peers.keys()) {
        if (peers.size <= maxPeers) {
          break
        }

        peers.delete(oldest)
      }
    }
  }
}
