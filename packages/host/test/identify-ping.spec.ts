import { identify, identifyPush } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { expect } from 'aegir/chai'
import { eventually } from './fixtures/eventually.ts'
import { OURS, STOCK } from './fixtures/implementations.ts'
import { Nodes } from './fixtures/nodes.ts'
import type { IdentifyResult, Libp2p } from '@libp2p/interface'

const PAIRS = [
  { dialer: OURS, listener: OURS },
  { dialer: OURS, listener: STOCK },
  { dialer: STOCK, listener: OURS }
]

const services = { identify: identify(), push: identifyPush(), ping: ping() }

for (const { dialer, listener } of PAIRS) {
  describe(`identify, push and ping over ws: ${dialer.name} dials ${listener.name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    it('identifies both ends, pings, and pushes what changes', async () => {
      const a = await nodes.onWebSockets(dialer.createLibp2p, { services })
      const b = await nodes.onWebSockets(listener.createLibp2p, { services })
      const identified = Promise.all([identifyOf(a), identifyOf(b)])

      const connection = await a.dial(b.getMultiaddrs())
      expect(connection.remotePeer.equals(b.peerId)).to.be.true()

      const [ofB, ofA] = await identified
      expect(ofB.peerId.equals(b.peerId)).to.be.true()
      expect(ofA.peerId.equals(a.peerId)).to.be.true()
      expect(ofB.protocols).to.include('/ipfs/ping/1.0.0')
      expect(ofB.listenAddrs.map(String)).to.deep.equal(b.getMultiaddrs().map(address => address.decapsulate('/p2p').toString()))

      expect(await a.services.ping.ping(b.peerId)).to.be.a('number')
      expect(await b.services.ping.ping(a.peerId)).to.be.a('number')

      await Promise.all([a.handle('/new/1', () => {}), b.handle('/new/2', () => {})])
      await eventually(async () => (await b.peerStore.get(a.peerId)).protocols.includes('/new/1'))
      await eventually(async () => (await a.peerStore.get(b.peerId)).protocols.includes('/new/2'))

      // one connection serves all
      expect(a.getConnections()).to.have.lengthOf(1)
      expect(b.getConnections()).to.have.lengthOf(1)
    })
  })
}

async function identifyOf (node: Libp2p<any>): Promise<IdentifyResult> {
  return new Promise(resolve => {
    node.addEventListener('peer:identify', event => { resolve(event.detail) }, { once: true })
  })
}
