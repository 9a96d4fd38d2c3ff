import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { decodePeer, encodePeer, haveSameContents } from '../../src/peer-store/stored-peer.ts'
import type { StoredPeer } from '../../src/peer-store/stored-peer.ts'

const bytes = fc.uint8Array({ maxLength: 40 })
const time = fc.nat(Number.MAX_SAFE_INTEGER)
const map = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Map<string, T>> => fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), values)).map(entries => new Map(entries))

const peers: fc.Arbitrary<StoredPeer> = fc.record({
  addresses: fc.array(fc.record({ multiaddr: bytes, isCertified: fc.boolean(), observed: time }, { requiredKeys: ['multiaddr', 'isCertified'] })),
  protocols: fc.array(fc.string()),
  metadata: map(bytes),
  tags: map(fc.record({ value: fc.nat(100), expiry: fc.bigInt(0n, 2n ** 64n - 1n) }, { requiredKeys: ['value'] })),
  publicKey: bytes,
  peerRecordEnvelope: bytes,
  updated: time
}, { requiredKeys: ['addresses', 'protocols', 'metadata', 'tags'] })

/** Buffers are byte arrays too. */
function plain (peer: StoredPeer): unknown {
  return JSON.parse(JSON.stringify(peer, (_, value) => {
    if (value instanceof Map) {
      return [...value]
    }

    if (value instanceof Uint8Array) {
      return [...value]
    }

    return typeof value === 'bigint' ? `${value}` : value
  }))
}

describe('what is stored of a peer', () => {
  it('is read as it was written', () => {
    fc.assert(fc.property(peers, peer => {
      expect(plain(decodePeer(encodePeer(peer)))).to.deep.equal(plain(peer))
    }))
  })

  it('is read or refused, whatever the bytes are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      try {
        encodePeer(decodePeer(bytes))
      } catch (err) {
        expect(err).to.be.an('error')
      }
    }))
  })

  it('may have fields of later versions', () => {
    const peer: StoredPeer = { addresses: [], protocols: ['/a'], metadata: new Map(), tags: new Map(), updated: 1 }
    // field 15, of two bytes
    const later = Uint8Array.from([15 << 3 | 2, 2, 7, 7, ...encodePeer(peer)])

    expect(decodePeer(later)).to.deep.equal(peer)
  })

  it('has the same contents at other times, and no other ones', () => {
    fc.assert(fc.property(peers, time, (peer, time) => {
      const later = { ...peer, updated: time, addresses: peer.addresses.map(address => ({ ...address, observed: time })) }

      expect(haveSameContents(peer, later)).to.be.true()
      expect(haveSameContents(peer, { ...later, protocols: [...peer.protocols, '/more'] })).to.be.false()
      expect(haveSameContents(peer, { ...later, tags: new Map([...peer.tags, ['a tag of its own length', { value: 1 }]]) })).to.be.false()
    }))
  })
})
