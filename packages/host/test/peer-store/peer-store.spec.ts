import { generateKeyPair } from '@libp2p/crypto/keys'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromMultihash, peerIdFromPrivateKey } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import { persistentPeerStore } from '@libp2p/peer-store'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { MemoryDatastore } from 'datastore-core/memory'
import { Key } from 'interface-datastore'
import { TypedEventEmitter } from 'main-event'
import { PeerStore } from '../../src/peer-store/peer-store.ts'
import type { PeerStoreComponents, PeerStoreInit } from '../../src/peer-store/peer-store.ts'
import type { Libp2pEvents, Peer, PeerData, PeerId, PeerStore as PeerStoreInterface, PeerUpdate, PrivateKey } from '@libp2p/interface'

const A = multiaddr('/ip4/1.2.3.4/tcp/1/ws')
const B = multiaddr('/dns4/b.example/tcp/2/wss')
const EVERYTHING: PeerData = {
  multiaddrs: [A],
  addresses: [{ multiaddr: B, isCertified: true }],
  protocols: ['/b/1', '/a/1'],
  metadata: { key: Uint8Array.of(1, 2, 3) },
  tags: { later: { value: 7, ttl: 60_000 }, always: { value: 100 }, none: {} }
}

/** What can be compared by value. */
function plain (peer: Peer): unknown {
  return {
    id: peer.id.toString(),
    addresses: peer.addresses.map(({ isCertified, multiaddr }) => ({ multiaddr: multiaddr.toString(), isCertified })),
    protocols: peer.protocols,
    metadata: [...peer.metadata].map(([key, bytes]) => [key, [...bytes]]),
    tags: [...peer.tags].map(([name, { value }]) => [name, value])
  }
}

function addressesOf ({ addresses }: Peer): string[] {
  return addresses.map(({ multiaddr }) => multiaddr.toString())
}

describe('PeerStore', () => {
  let selfKey: PrivateKey
  let key: PrivateKey
  let self: PeerId
  let peer: PeerId
  let components: PeerStoreComponents
  let store: PeerStore
  let updates: Array<{ type: string, detail: PeerUpdate }>

  before(async () => {
    [selfKey, key] = await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])
    self = peerIdFromPrivateKey(selfKey)
    peer = peerIdFromPrivateKey(key)
  })

  beforeEach(() => {
    const events = new TypedEventEmitter<Libp2pEvents>()
    updates = []
    events.addEventListener('peer:update', ({ detail, type }) => { updates.push({ type, detail }) })
    events.addEventListener('self:peer:update', ({ detail, type }) => { updates.push({ type, detail }) })
    components = { peerId: self, datastore: new MemoryDatastore(), events, logger: defaultLogger() }
    store = new PeerStore(components)
  })

  /** The same datastore when `ms` have passed. */
  async function after (ms: number, act: (store: PeerStore) => Promise<void>, init?: PeerStoreInit): Promise<void> {
    const now = Date.now
    Date.now = () => now() + ms

    try {
      await act(new PeerStore(components, init))
    } finally {
      Date.now = now
    }
  }

  describe('save, patch, merge', () => {
    it('save: in place of everything', async () => {
      await store.save(peer, EVERYTHING)

      expect(plain(await store.save(peer, { protocols: ['/c/1'] }))).to.deep.equal(plain(await store.get(peer)))
      expect(plain(await store.get(peer))).to.deep.include({ addresses: [], protocols: ['/c/1'], metadata: [], tags: [] })
    })

    it('patch: what is told in place of the same, the rest stays', async () => {
      await store.save(peer, EVERYTHING)
      const patched = await store.patch(peer, { multiaddrs: [B], tags: { other: { value: 1 } } })

      expect(plain(patched)).to.deep.include({
        addresses: [{ multiaddr: B.toString(), isCertified: false }],
        protocols: ['/a/1', '/b/1'],
        metadata: [['key', [1, 2, 3]]],
        tags: [['other', 1]]
      })
    })

    it('merge: beside what is there', async () => {
      await store.save(peer, EVERYTHING)
      const merged = await store.merge(peer, { multiaddrs: [multiaddr('/ip4/9.9.9.9/tcp/1')], protocols: ['/a/1', '/z/1'], metadata: { more: Uint8Array.of(4) }, tags: { always: { value: 1 } } })

      expect(plain(merged)).to.deep.include({
        addresses: [{ multiaddr: B.toString(), isCertified: true }, { multiaddr: A.toString(), isCertified: false }, { multiaddr: '/ip4/9.9.9.9/tcp/1', isCertified: false }],
        protocols: ['/a/1', '/b/1', '/z/1'],
        metadata: [['key', [1, 2, 3]], ['more', [4]]],
        tags: [['always', 1], ['later', 7], ['none', 0]]
      })
    })

    it('merge: undefined tags and metadata are removed', async () => {
      await store.save(peer, EVERYTHING)
      const merged = await store.merge(peer, { metadata: { key: undefined }, tags: new Map([['always', undefined]]) })

      expect(plain(merged)).to.deep.include({ metadata: [], tags: [['later', 7], ['none', 0]] })
    })

    it('an address is there once, without the id of its peer, certified once it was', async () => {
      const full = multiaddr(`${A}/p2p/${peer}`)
      const relayed = multiaddr(`${A}/p2p/${self}/p2p-circuit`)
      await store.merge(peer, { multiaddrs: [A, full, relayed] })
      await store.merge(peer, { addresses: [{ multiaddr: full, isCertified: true }] })

      expect(plain(await store.merge(peer, { multiaddrs: [A] }))).to.deep.include({
        addresses: [{ multiaddr: A.toString(), isCertified: true }, { multiaddr: relayed.toString(), isCertified: false }]
      })
    })

    it('changes of one peer at one time are all there', async () => {
      await Promise.all(Array.from({ length: 20 }, async (_, i) => store.merge(peer, { protocols: [`/${i}`] })))

      expect((await store.get(peer)).protocols).to.have.lengthOf(20)
    })

    it('addresses that the filter refuses are not stored', async () => {
      const filtered = new PeerStore(components, { addressFilter: async (id, address) => id.equals(peer) && address.equals(B) })

      expect(addressesOf(await filtered.save(peer, EVERYTHING))).to.deep.equal([B.toString()])
    })

    it('refuses what cannot be stored', async () => {
      for (const data of [
        undefined,
        { multiaddrs: ['/ip4/1.2.3.4/tcp/1'] },
        { metadata: { key: 'text' } },
        { tags: { tag: { value: 101 } } },
        { tags: { tag: { value: -1 } } },
        { tags: { tag: { value: 1.5 } } },
        { tags: { tag: { ttl: -1 } } }
      ]) {
        for (const method of ['save', 'patch', 'merge'] as const) {
          await expect(store[method](peer, data as any), JSON.stringify(data)).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
        }
      }

      expect(await store.has(peer)).to.be.false()
    })

    it('refuses what is no peer id, and the public key of another peer', async () => {
      await expect(store.get('peer' as any)).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
      await expect(store.save(peer, { publicKey: selfKey.publicKey })).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
    })
  })

  describe('events', () => {
    it('tells of what is new and of what changed, not of what did not', async () => {
      await store.merge(peer, { protocols: ['/a'] })
      await store.merge(peer, { protocols: ['/a'] })
      await store.merge(peer, { protocols: ['/b'] })
      await store.merge(self, { protocols: ['/c'] })

      expect(updates.map(({ type }) => type)).to.deep.equal(['peer:update', 'peer:update', 'self:peer:update'])
      expect(updates[0]?.detail).to.not.have.property('previous')
      expect(updates[1]?.detail.previous?.protocols).to.deep.equal(['/a'])
      expect(updates[1]?.detail.peer.protocols).to.deep.equal(['/a', '/b'])
    })
  })

  describe('reading', () => {
    it('has no peer that was not stored or that was deleted', async () => {
      await expect(store.get(peer)).to.eventually.be.rejected.with.property('name', 'NotFoundError')
      await store.save(peer, EVERYTHING)
      expect(await store.has(peer)).to.be.true()
      await store.delete(peer)
      expect(await store.has(peer)).to.be.false()
    })

    it('does not delete its own peer, nor list it', async () => {
      await store.save(self, EVERYTHING)
      await store.delete(self)

      expect(await store.has(self)).to.be.true()
      expect(await store.all()).to.be.empty()
    })

    it('getInfo: id and addresses', async () => {
      await store.save(peer, EVERYTHING)

      expect(await store.getInfo(peer)).to.deep.equal({ id: peer, multiaddrs: (await store.get(peer)).addresses.map(({ multiaddr }) => multiaddr) })
    })

    it('all: filtered, sorted, from an offset, up to a limit', async () => {
      for (let i = 0; i < 5; i++) {
        await store.save(peerIdFromPrivateKey(await generateKeyPair('Ed25519')), { protocols: [`/${i}`] })
      }

      const found = await store.all({
        filters: [({ protocols }) => protocols[0] !== '/2'],
        orders: [(a, b) => `${a.protocols}` > `${b.protocols}` ? -1 : 1],
        offset: 1,
        limit: 2
      })
      const visited: Peer[] = []
      await store.forEach(peer => { visited.push(peer) })

      expect(found.map(({ protocols }) => protocols[0])).to.deep.equal(['/3', '/1'])
      expect(visited).to.have.lengthOf(5)
    })

    it('takes what cannot be read as not there', async () => {
      await components.datastore.put(new Key(`/peers/${peer.toCID()}`), Uint8Array.of(0xff, 0xff))

      expect(await store.has(peer)).to.be.false()
      expect(await store.all()).to.be.empty()
      expect(plain(await store.merge(peer, EVERYTHING))).to.deep.equal(plain(await store.get(peer)))
    })

    it('knows the public key of an RSA peer again', async () => {
      const rsa = await generateKeyPair('RSA', 2048)
      const id = peerIdFromPrivateKey(rsa)
      await store.save(id, {})
      const bare = peerIdFromMultihash(id.toMultihash())

      expect(bare.publicKey).to.be.undefined()
      expect((await store.get(bare)).id.publicKey?.equals(rsa.publicKey)).to.be.true()
    })
  })

  describe('time', () => {
    it('gives out no addresses of more than an hour, and takes them again when they are told again', async () => {
      await store.save(peer, EVERYTHING)

      await after(3_600_001, async later => {
        expect(addressesOf(await later.get(peer))).to.be.empty()
        expect(addressesOf(await later.merge(peer, { multiaddrs: [A] }))).to.deep.equal([A.toString()])
      })
    })

    it('removes peers without addresses of more than six hours, but for its own', async () => {
      await store.save(peer, EVERYTHING)
      await store.save(self, EVERYTHING)

      await after(21_600_001, async later => {
        expect(await later.all()).to.be.empty()
        expect(await later.has(peer)).to.be.false()
        expect(addressesOf(await later.get(self))).to.have.lengthOf(2)
      })
      expect(await store.has(peer)).to.be.false()
    })

    it('keeps both as long as it is told to', async () => {
      await store.save(peer, EVERYTHING)

      await after(21_600_001, async later => {
        expect(addressesOf(await later.get(peer))).to.have.lengthOf(2)
      }, { maxAddressAge: 30_000_000, maxPeerAge: 30_000_000 })
    })

    it('drops tags when their time is over', async () => {
      await store.save(peer, EVERYTHING)

      await after(60_001, async later => {
        expect([...(await later.get(peer)).tags.keys()]).to.deep.equal(['always', 'none'])
      })
    })
  })

  describe('consumePeerRecord', () => {
    async function record (of: PeerId, seqNumber: bigint, signer: PrivateKey, address = A): Promise<Uint8Array> {
      return (await RecordEnvelope.seal(new PeerRecord({ peerId: of, multiaddrs: [address], seqNumber }), signer)).marshal()
    }

    it('stores its addresses as certified ones, in place of the others', async () => {
      await store.save(peer, { multiaddrs: [B], protocols: ['/a'] })
      const envelope = await record(peer, 1n, key)

      expect(await store.consumePeerRecord(envelope, { expectedPeer: peer })).to.be.true()
      const stored = await store.get(peer)
      expect(plain(stored)).to.deep.include({ addresses: [{ multiaddr: A.toString(), isCertified: true }], protocols: ['/a'] })
      expect(stored.peerRecordEnvelope).to.deep.equal(envelope)
    })

    it('takes none that is not newer', async () => {
      expect(await store.consumePeerRecord(await record(peer, 2n, key))).to.be.true()
      expect(await store.consumePeerRecord(await record(peer, 2n, key, B))).to.be.false()
      expect(await store.consumePeerRecord(await record(peer, 1n, key, B))).to.be.false()
      expect(addressesOf(await store.get(peer))).to.deep.equal([A.toString()])
    })

    it('takes none of another peer or by another signer', async () => {
      expect(await store.consumePeerRecord(await record(peer, 1n, key), { expectedPeer: self })).to.be.false()
      expect(await store.consumePeerRecord(await record(peer, 1n, selfKey))).to.be.false()
      expect(await store.has(peer)).to.be.false()
    })

    it('refuses what has no valid signature', async () => {
      const envelope = await record(peer, 1n, key)
      envelope[envelope.length - 1]! ^= 1

      await expect(store.consumePeerRecord(envelope)).to.eventually.be.rejected()
      expect(await store.has(peer)).to.be.false()
    })
  })

  describe('a datastore of @libp2p/peer-store', () => {
    let theirs: PeerStoreInterface

    beforeEach(() => {
      theirs = persistentPeerStore(components)
    })

    it('is read here, and the other way round', async () => {
      const rsa = peerIdFromPrivateKey(await generateKeyPair('RSA', 2048))

      for (const id of [peer, rsa, peerIdFromPrivateKey(await generateKeyPair('secp256k1'))]) {
        await theirs.save(id, EVERYTHING)
        expect(plain(await store.get(id))).to.deep.equal(plain(await theirs.get(id)))
        await store.merge(id, { protocols: ['/more'], tags: { more: { value: 3 } } })
        const [ours, read] = [await store.get(id), await theirs.get(id)]
        expect(plain(read)).to.deep.equal(plain(ours))
        expect(read.tags.get('later')).to.deep.equal(ours.tags.get('later'))
      }

      expect(await store.all()).to.have.lengthOf(3)
      expect(await theirs.all()).to.have.lengthOf(3)
    })
  })
})
