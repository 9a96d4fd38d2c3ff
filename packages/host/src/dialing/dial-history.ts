import { decodeOutcomes, encodeOutcomes, memoryAddressBook } from '@libp2p-ws/dialer'
import { knownPeer } from '@libp2p-ws/dialer'
import type { PeerId, PeerStore } from '@libp2p/interface'
import type { AddressBook, AddressOutcome } from '@libp2p-ws/dialer'

/**
 * Which addresses of a peer worked. In memory for the dialer, which needs it when
 * a dial begins, and as metadata for the peer store, which the host writes
 * together with the outcome of the dial.
 */
export class DialHistory implements AddressBook {
  readonly #peerStore: PeerStore
  readonly #memory = memoryAddressBook()

  constructor (peerStore: PeerStore) {
    this.#peerStore = peerStore
  }

  /** At once, except for a peer that was not dialed since the node was made. */
  load (peer: PeerId): AddressOutcome[] | Promise<AddressOutcome[]> {
    const known = this.#memory.load(peer)

    return known.length > 0 ? known : this.#loadStored(peer)
  }

  record (peer: PeerId, outcomes: AddressOutcome[]): void {
    this.#memory.record(peer, outcomes)
  }

  /** Metadata of `peer` for the peer store; empty when nothing is known. */
  metadata (peer: PeerId): Record<string, Uint8Array> {
    const known = this.#memory.load(peer)

    return known.length > 0 ? encodeOutcomes(known) : {}
  }

  async #loadStored (peer: PeerId): Promise<AddressOutcome[]> {
    // most peers are new, and a refusal takes longer to make than the question to ask
    const known = await this.#peerStore.has(peer) ? await knownPeer(this.#peerStore, peer) : undefined

    if (known == null) {
      return []
    }

    const stored = decodeOutcomes(known.metadata)
    // the dial that asked may be over by now
    const fresh = this.#memory.load(peer)
    this.#memory.record(peer, stored)
    this.#memory.record(peer, fresh)

    return this.#memory.load(peer)
  }
}
