import { bootstrap } from '@libp2p/bootstrap'
import { mdns } from '@libp2p/mdns'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { OURS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Libp2p } from '@libp2p/interface'

const { createLibp2p } = OURS

describe('peer discovery', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  async function discovered (node: Libp2p): Promise<string[]> {
    const peers: string[] = []
    node.addEventListener('peer:discovery', event => { peers.push(event.detail.id.toString()) })

    return peers
  }

  it('bootstrap tells of the peers in its list, tags them and dials them', async () => {
    const known = await nodes.onWebSockets(createLibp2p)
    const node = await nodes.onWebSockets(createLibp2p, {
      start: false,
      peerDiscovery: [bootstrap({ list: known.getMultiaddrs().map(String), timeout: 0, tagName: 'first', tagValue: 7 })]
    })
    const peers = await discovered(node)
    await node.start()

    await eventually(() => node.getConnections(known.peerId).length === 1)
    expect(peers).to.deep.equal([known.peerId.toString()])
    expect((await node.peerStore.get(known.peerId)).tags.get('first')?.value).to.equal(7)
  })

  it('mdns tells of peers on the local network', async () => {
    // a name of its own, so that nobody else on the network is found
    const serviceTag = `_test-${Date.now()}._udp.local`
    const [a, b] = await Promise.all([0, 1].map(async () => nodes.onWebSockets(createLibp2p, { peerDiscovery: [mdns({ interval: 10, serviceTag })] })))

    if (a == null || b == null) {
      throw new Error('two nodes were asked for')
    }

    await eventually(async () => (await a.peerStore.get(b.peerId)).addresses.length > 0)
    await eventually(async () => (await b.peerStore.get(a.peerId)).addresses.length > 0)
    await a.dial(b.peerId)
  })
})
