import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { keychain } from '@libp2p/keychain'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { LevelDatastore } from 'datastore-level'
import { OURS } from '../fixtures/implementations.ts'
import { randomPeer } from '../fixtures/peers.ts'
import type { Libp2p } from '@libp2p/interface'
import type { Keychain } from '@libp2p/keychain'

describe('keychain, peer store and datastore-level', () => {
  let directory: string

  beforeEach(async () => { directory = await mkdtemp(join(tmpdir(), 'libp2p-ws-host-')) })
  afterEach(async () => { await rm(directory, { recursive: true }) })

  async function withNode<T> (task: (node: Libp2p<{ keychain: Keychain }>) => Promise<T>): Promise<T> {
    const datastore = new LevelDatastore(directory)
    await datastore.open()
    const node = await OURS.createLibp2p({ datastore, services: { keychain: keychain({ pass: 'a passphrase that is long enough' }) } })

    try {
      return await task(node)
    } finally {
      await node.stop()
      await datastore.close()
    }
  }

  it('keep keys and peers from one life of the node to the next', async () => {
    const key = await generateKeyPair('Ed25519')
    const peer = await randomPeer()
    await withNode(async node => {
      await node.services.keychain.importKey('mine', key)
      await node.peerStore.merge(peer, { multiaddrs: [multiaddr('/ip4/81.1.2.3/tcp/4001')], tags: { friend: { value: 1 } } })
    })

    await withNode(async node => {
      expect((await node.services.keychain.exportKey('mine')).equals(key)).to.be.true()
      const stored = await node.peerStore.get(peer)
      expect(stored.addresses.map(({ multiaddr }) => multiaddr.toString())).to.deep.equal(['/ip4/81.1.2.3/tcp/4001'])
      expect(stored.tags.get('friend')?.value).to.equal(1)
    })
  })
})
