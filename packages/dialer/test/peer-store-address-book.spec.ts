import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { peerStoreAddressBook } from '../src/index.ts'
import { ADDRESS_OUTCOMES_KEY } from '../src/peer-store-address-book.ts'
import { randomPeer } from './support/network.ts'
import type { Peer, PeerId, PeerStore } from '@libp2p/interface'

/** The part of a peer store that keeps metadata. */
class MetadataStore {
  readonly metadata = new Map<string, Map<string, Uint8Array>>()

  get store (): Pick<PeerStore, 'get' | 'merge'> {
    return {
      get: async peer => {
        const metadata = this.metadata.get(peer.toString())

        if (metadata === undefined) {
          throw Object.assign(new Error('not found'), { name: 'NotFoundError' })
        }

        return { metadata } as unknown as Peer
      },
      merge: async (peer, { metadata }) => {
        this.metadata.set(peer.toString(), new Map(Object.entries(metadata as Record<string, Uint8Array>)))

        return {} as unknown as Peer
      }
    }
  }
}

describe('the address book in the peer store', () => {
  let peer: PeerId

  before(async () => {
    peer = await randomPeer()
  })

  it('knows nothing of a peer that the store does not know', async () => {
    expect(await peerStoreAddressBook(new MetadataStore().store).load(peer)).to.deep.equal([])
  })

  it('returns what was recorded, and keeps what later outcomes leave out', async () => {
    const book = peerStoreAddressBook(new MetadataStore().store)
    await book.record(peer, [{ address: 'a', lastSuccess: 5, handshake: 3 }])
    await book.record(peer, [{ address: 'a', lastFailure: 4 }, { address: 'b', lastFailure: 4 }])

    expect(await book.load(peer)).to.deep.equal([{ address: 'a', lastSuccess: 5, handshake: 3, lastFailure: 4 }, { address: 'b', lastFailure: 4 }])
  })

  it('is bounded', async () => {
    const book = peerStoreAddressBook(new MetadataStore().store)
    await book.record(peer, Array.from({ length: 100 }, (_, i) => ({ address: `${i}`, lastSuccess: i })))

    expect(await book.load(peer)).to.have.lengthOf(16)
  })

  it('reports a store that is broken', async () => {
    const { store } = new MetadataStore()
    const book = peerStoreAddressBook({ ...store, get: async () => { throw new Error('the disk is full') } })

    await expect((async () => book.load(peer))()).to.eventually.be.rejectedWith('the disk is full')
  })

  it('property: survives whatever is in the store', async () => {
    const bytes = fc.oneof(fc.uint8Array(), fc.json().map(text => new TextEncoder().encode(text)), fc.constant(new TextEncoder().encode('[null, 1, {"address": 2}, {"address": "a", "lastSuccess": "b"}, {"address": "c"}]')))

    await fc.assert(fc.asyncProperty(bytes, async stored => {
      const kept = new MetadataStore()
      kept.metadata.set(peer.toString(), new Map([[ADDRESS_OUTCOMES_KEY, stored]]))
      const outcomes = await peerStoreAddressBook(kept.store).load(peer)

      expect(outcomes.every(({ address }) => typeof address === 'string')).to.be.true()
    }))
  })
})
