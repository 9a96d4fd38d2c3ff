import { KEEP_ALIVE } from '@libp2p/interface'
import { ping } from '@libp2p/ping'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import { randomPeer } from './fixtures/peers.ts'
import type { ConnectionManagerInit, Libp2pOptions } from '../src/index.ts'
import type { Connection, Libp2p, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'

for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`connection manager of ${name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    async function node (options: Libp2pOptions = {}): Promise<Libp2p> {
      return nodes.inMemory(createLibp2p, { addresses: { listen: [memoryAddress()] }, ...options })
    }

    async function manager (init: ConnectionManagerInit = {}): Promise<ConnectionManager> {
      return ((await node({ connectionManager: init })) as any).components.connectionManager
    }

    describe('inbound connections', () => {
      it('are refused from the deny list, whatever the allow list says', async () => {
        const connectionManager = await manager({ deny: ['/ip4/81.1.2.3', '/ip6/2001:db8::/ipcidr/32'], allow: ['/ip4/81.0.0.0/ipcidr/8'] })

        expect(connectionManager.acceptIncomingConnection(from('/ip4/81.1.2.3/tcp/1'))).to.be.false()
        expect(connectionManager.acceptIncomingConnection(from('/ip4/81.1.2.4/tcp/1'))).to.be.true()
        expect(connectionManager.acceptIncomingConnection(from('/ip6/2001:db8::1/tcp/1'))).to.be.false()
        expect(connectionManager.acceptIncomingConnection(from('/ip6/2001:db9::1/tcp/1'))).to.be.true()
      })

      it('may come so often from one host in a second', async () => {
        const connectionManager = await manager({ inboundConnectionThreshold: 2, allow: ['/ip4/9.9.9.9'] })

        expect(accepted(connectionManager, ['/ip4/1.1.1.1/tcp/1', '/ip4/1.1.1.1/tcp/2', '/ip4/1.1.1.1/tcp/3', '/ip4/2.2.2.2/tcp/1', '/memory/1', '/memory/1', '/memory/1'])).to.deep.equal([true, true, false, true, true, true, true])
        expect(accepted(connectionManager, Array.from({ length: 3 }, () => '/ip4/9.9.9.9/tcp/1'))).to.deep.equal([true, true, true])
      })

      it('may be in their upgrade so many at a time', async () => {
        const connectionManager = await manager({ maxIncomingPendingConnections: 2 })

        expect(accepted(connectionManager, ['/ip4/1.1.1.1/tcp/1', '/ip4/2.2.2.2/tcp/1', '/ip4/3.3.3.3/tcp/1'])).to.deep.equal([true, true, false])
        connectionManager.afterUpgradeInbound()
        expect(accepted(connectionManager, ['/ip4/3.3.3.3/tcp/1', '/ip4/4.4.4.4/tcp/1'])).to.deep.equal([true, false])
      })

      it('are refused when there are enough, and counted again when their upgrade has ended', async () => {
        const listener = await node({ connectionManager: { maxConnections: 1, maxIncomingPendingConnections: 1 } })
        const [first, second] = [await node(), await node()]
        await first.dial(listener.getMultiaddrs())

        await expect(second.dial(listener.getMultiaddrs())).to.eventually.be.rejected()
        await first.hangUp(listener.peerId)
        await eventually(() => listener.getConnections().length === 0)
        await second.dial(listener.getMultiaddrs())
      })
    })

    describe('limit of connections', () => {
      it('must be above 0', async () => {
        const connectionManager = await manager({ maxConnections: 7 })
        expect(connectionManager.getMaxConnections()).to.equal(7)
        expect(() => { connectionManager.setMaxConnections(0) }).to.throw().with.property('name', 'InvalidParametersError')
        await expect(createLibp2p({ connectionManager: { maxConnections: 0 } })).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
      })

      it('closes the least valuable ones when it is passed', async () => {
        const dialer = await node()
        const [kept, dropped] = [await node(), await node()]
        await dialer.dial(dropped.getMultiaddrs())
        // the newest one goes first where all are worth the same
        await dialer.dial(kept.getMultiaddrs())
        await dialer.peerStore.merge(kept.peerId, { tags: { valued: { value: 10 } } })
        const pruned = new Promise<Connection[]>(resolve => { dialer.addEventListener('connection:prune', event => { resolve(event.detail) }) })

        ;((dialer as any).components.connectionManager as ConnectionManager).setMaxConnections(1)

        expect((await pruned).map(({ remotePeer }) => remotePeer.toString())).to.deep.equal([dropped.peerId.toString()])
        await eventually(() => dialer.getPeers().map(String).join() === kept.peerId.toString())
      })
    })

    describe('keep-alive', () => {
      it('connects to tagged peers when the node starts', async () => {
        const [dialer, listener] = [await node({ start: false }), await node()]
        await dialer.peerStore.merge(listener.peerId, { multiaddrs: listener.getMultiaddrs(), tags: { [`${KEEP_ALIVE}-test`]: {} } })

        await dialer.start()

        await eventually(() => dialer.getConnections(listener.peerId).length === 1)
      })

      it('connects again to tagged peers that go away', async () => {
        const [dialer, listener] = [await node(), await node()]
        await dialer.dial(listener.getMultiaddrs())
        await dialer.peerStore.merge(listener.peerId, { tags: { [KEEP_ALIVE]: {} } })
        const again = new Promise<void>(resolve => { dialer.addEventListener('peer:connect', () => { resolve() }) })

        await dialer.hangUp(listener.peerId)
        await again
      })

      it('gives up on those that stay away, and says so', async () => {
        const dialer = await node({ connectionManager: { reconnectRetries: 2, reconnectRetryInterval: 1 } })
        const listener = await node()
        await dialer.dial(listener.getMultiaddrs())
        await dialer.peerStore.merge(listener.peerId, { tags: { [KEEP_ALIVE]: {}, other: {} } })
        const failure = new Promise<PeerId>(resolve => { dialer.addEventListener('peer:reconnect-failure', event => { resolve(event.detail) }) })

        await listener.stop()

        expect((await failure).equals(listener.peerId)).to.be.true()
        expect([...(await dialer.peerStore.get(listener.peerId)).tags.keys()]).to.deep.equal(['other'])
      })
    })

    describe('connection monitor', () => {
      it('measures how long the other end takes to answer', async () => {
        const monitored = await node({ connectionMonitor: { pingInterval: 5 } })
        const connection = await monitored.dial((await node({ services: { ping: ping() } })).getMultiaddrs())

        await eventually(() => connection.rtt != null)
      })

      it('is content with a peer that does not speak ping', async () => {
        const monitored = await node({ connectionMonitor: { pingInterval: 5 } })
        const connection = await monitored.dial((await node()).getMultiaddrs())

        await eventually(() => connection.rtt != null)
        expect(connection.status).to.equal('open')
      })

      it('closes a connection that does not answer', async () => {
        const mute = await node()
        await mute.handle('/ipfs/ping/1.0.0', () => {})
        const monitored = await node({ connectionMonitor: { pingInterval: 5, pingTimeout: { minTimeout: 10, maxTimeout: 10 } } })
        const connection = await monitored.dial(mute.getMultiaddrs())

        await eventually(() => connection.status !== 'open')
        await eventually(() => monitored.getConnections().length === 0)
      })

      it('leaves it open when told to', async () => {
        const mute = await node()
        const asked = new Promise<void>(resolve => { void mute.handle('/ipfs/ping/1.0.0', stream => { stream.addEventListener('close', () => { resolve() }) }) })
        const monitored = await node({ connectionMonitor: { pingInterval: 5, abortConnectionOnPingFailure: false, pingTimeout: { minTimeout: 10, maxTimeout: 10 } } })
        const connection = await monitored.dial(mute.getMultiaddrs())

        await asked
        expect(connection.status).to.equal('open')
      })
    })

    it('is called through the components, so that a test may put something in its place', async () => {
      const dialer: any = await node()
      const calls: unknown[] = []
      dialer.components.connectionManager.openConnection = async (...args: unknown[]) => { calls.push(args) }
      const peer = await randomPeer()

      await dialer.dial(peer)

      expect(calls).to.deep.equal([[peer, { priority: 75 }]])
    })
  })
}

function from (address: string): MultiaddrConnection {
  return { remoteAddr: multiaddr(address) } as any
}

function accepted (connectionManager: ConnectionManager, addresses: string[]): boolean[] {
  return addresses.map(address => connectionManager.acceptIncomingConnection(from(address)))
}
