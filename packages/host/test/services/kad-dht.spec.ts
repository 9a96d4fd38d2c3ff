import { identify } from '@libp2p/identify'
import { kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { ping } from '@libp2p/ping'
import { expect } from 'aegir/chai'
import { CID } from 'multiformats/cid'
import { sha256 } from 'multiformats/hashes/sha2'
import { eventually } from '../fixtures/eventually.ts'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p } from '@libp2p/interface'
import type { KadDHT } from '@libp2p/kad-dht'

describe('kad-dht', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  async function node ({ createLibp2p }: Implementation): Promise<Libp2p<{ dht: KadDHT }>> {
    return nodes.onWebSockets(createLibp2p, {
      services: {
        identify: identify(),
        ping: ping(),
        dht: kadDHT({
          protocol: '/test/kad/1.0.0',
          clientMode: false,
          peerInfoMapper: passthroughMapper,
          validators: { test: async () => {} },
          selectors: { test: () => 0 }
        })
      }
    })
  }

  /** Nodes in a line: each one knows its neighbours, and no other. */
  async function line (...implementations: Implementation[]): Promise<Array<Libp2p<{ dht: KadDHT }>>> {
    const made = await Promise.all(implementations.map(node))

    for (const [i, dialer] of made.entries()) {
      const next = made[i + 1]

      if (next != null) {
        await dialer.dial(next.getMultiaddrs())
        await eventually(() => [dialer, next].every(({ services }) => (services.dht as any).routingTable.size > 0))
      }
    }

    return made
  }

  for (const middle of [OURS, STOCK]) {
    it(`finds peers, values and providers that only ${middle.name} in the middle leads to`, async () => {
      const [a, , c] = await line(OURS, middle, OURS)
      const key = new TextEncoder().encode('/test/key')
      const value = new TextEncoder().encode('value')
      const cid = CID.createV1(0x55, await sha256.digest(value))

      if (a == null || c == null) {
        throw new Error('three nodes were asked for')
      }

      const found = await a.peerRouting.findPeer(c.peerId)
      expect(found.multiaddrs.map(String)).to.include(c.getMultiaddrs()[0]?.decapsulate('/p2p').toString())

      await a.contentRouting.put(key, value)
      expect(await c.contentRouting.get(key)).to.deep.equal(value)

      await c.contentRouting.provide(cid)

      const { value: provider } = await a.contentRouting.findProviders(cid)[Symbol.asyncIterator]().next()
      expect(provider.id.equals(c.peerId)).to.be.true()
    })
  }

  it('leads a dial by peer id, and a random walk, to peers that were not known', async () => {
    const [a, b, c] = await line(OURS, OURS, OURS)

    if (a == null || b == null || c == null) {
      throw new Error('three nodes were asked for')
    }

    expect((await a.dial(c.peerId)).remotePeer.equals(c.peerId)).to.be.true()

    const walked = new Set<string>()

    for await (const peer of (c as any).components.randomWalk.walk()) {
      walked.add(peer.id.toString())

      if (walked.size === 2) {
        break
      }
    }

    expect([...walked].sort()).to.deep.equal([a, b].map(({ peerId }) => peerId.toString()).sort())
  })
})
