import { identify } from '@libp2p/identify'
import { expect } from 'aegir/chai'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import type { Libp2p, TopologyFilter } from '@libp2p/interface'

const PROTOCOL = '/test/1'

for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`topologies of ${name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    async function pair (): Promise<[Libp2p, Libp2p]> {
      const services = { identify: identify() }
      const listener = await nodes.inMemory(createLibp2p, { services, addresses: { listen: [memoryAddress()] } })
      await listener.handle(PROTOCOL, () => {})

      return [await nodes.inMemory(createLibp2p, { services }), listener]
    }

    it('hear of peers that speak their protocol, when they come and when they go', async () => {
      const [dialer, listener] = await pair()
      const seen: string[] = []
      await dialer.register(PROTOCOL, {
        onConnect: (peer, connection) => { seen.push(`connect ${peer} ${connection.status}`) },
        onDisconnect: peer => { seen.push(`disconnect ${peer}`) }
      })
      await dialer.register('/other/1', { onConnect: () => { seen.push('other') } })

      await dialer.dial(listener.getMultiaddrs())
      await eventually(() => seen.length === 1)
      await dialer.hangUp(listener.peerId)
      await eventually(() => seen.length === 2)

      expect(seen).to.deep.equal([`connect ${listener.peerId} open`, `disconnect ${listener.peerId}`])
    })

    it('hear that a peer no longer speaks it', async () => {
      const [dialer, listener] = await pair()
      const seen: string[] = []
      await dialer.register(PROTOCOL, { onConnect: () => { seen.push('connect') }, onDisconnect: () => { seen.push('disconnect') } })
      await dialer.dial(listener.getMultiaddrs())
      await eventually(() => seen.length === 1)

      await dialer.peerStore.patch(listener.peerId, { protocols: [] })

      await eventually(() => seen.join() === 'connect,disconnect')
    })

    it('hear of a peer once, when they have a filter, and not of one that it does not know', async () => {
      const [dialer, listener] = await pair()
      const known = new Set<string>()
      const filter: TopologyFilter = {
        has: peer => known.has(peer.toString()),
        add: peer => { known.add(peer.toString()) },
        remove: peer => { known.delete(peer.toString()) }
      }
      const seen: string[] = []
      await dialer.register(PROTOCOL, { filter, onConnect: () => { seen.push('connect') }, onDisconnect: () => { seen.push('disconnect') } })
      let identified = 0
      dialer.addEventListener('peer:identify', () => { identified++ })

      await dialer.dial(listener.getMultiaddrs())
      await dialer.dial(listener.getMultiaddrs(), { force: true })
      await eventually(() => identified === 2)
      await eventually(() => seen.length > 0)
      expect(seen).to.deep.equal(['connect'])

      known.clear()
      await dialer.hangUp(listener.peerId)
      await eventually(() => dialer.getConnections().length === 0)
      await dialer.peerStore.patch(listener.peerId, { protocols: [] })
      expect(seen).to.deep.equal(['connect'])
    })

    it('hear nothing after they were unregistered', async () => {
      const [dialer, listener] = await pair()
      let seen = 0
      dialer.unregister(await dialer.register(PROTOCOL, { onConnect: () => { seen++ } }))
      const identified = new Promise<void>(resolve => { dialer.addEventListener('peer:identify', () => { resolve() }) })

      await dialer.dial(listener.getMultiaddrs())
      await identified

      expect(seen).to.equal(0)
      await expect(dialer.register(PROTOCOL, undefined as any)).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
    })
  })
}
