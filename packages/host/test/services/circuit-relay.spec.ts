import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { dcutr } from '@libp2p/dcutr'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p-ws/transport'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { ConnectionGater, Libp2p, PeerId } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'

const CASES = [
  { relayOn: OURS, dialerOn: OURS },
  { relayOn: STOCK, dialerOn: OURS },
  { relayOn: OURS, dialerOn: STOCK }
]

describe('circuit relay', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  async function relay ({ createLibp2p }: Implementation, connectionGater: ConnectionGater = {}): Promise<Libp2p> {
    return nodes.onWebSockets(createLibp2p, { connectionGater, services: { identify: identify(), relay: circuitRelayServer() } })
  }

  async function client ({ createLibp2p }: Implementation, listen: string[], services: Record<string, any> = {}, connectionGater: ConnectionGater = {}): Promise<Libp2p<{ ping: Ping }>> {
    return nodes.onWebSockets(createLibp2p, {
      addresses: { listen },
      connectionGater,
      transports: [webSockets(), circuitRelayTransport()],
      services: { identify: identify(), ping: ping(), ...services }
    })
  }

  /** Waits for the reservation, without which nobody is reachable through the relay. */
  async function relayed (listener: Libp2p): Promise<Multiaddr> {
    const find = (): Multiaddr | undefined => listener.getMultiaddrs().find(address => address.toString().includes('/p2p-circuit'))
    await eventually(() => find() != null)

    return find() as Multiaddr
  }

  for (const { dialerOn, relayOn } of CASES) {
    it(`connects ${dialerOn.name} through ${relayOn.name} to libp2p-ws, for protocols that allow it`, async () => {
      const via = await relay(relayOn)
      const listener = await client(OURS, [`${via.getMultiaddrs()[0]}/p2p-circuit`])
      const dialer = await client(dialerOn, [])
      await listener.handle('/any/1', stream => { void stream.close() }, { runOnLimitedConnection: true })

      const connection = await dialer.dial(await relayed(listener))

      expect(connection.limits).to.be.ok()
      expect(connection.direct).to.be.false()
      await expect(dialer.dialProtocol(await relayed(listener), '/any/1')).to.eventually.be.rejected.with.property('name', 'LimitedConnectionError')
      await dialer.dialProtocol(listener.peerId, '/any/1', { runOnLimitedConnection: true })
      expect(dialer.getConnections(listener.peerId)).to.have.lengthOf(1)
    })
  }

  for (const hook of ['denyOutboundRelayedConnection', 'denyInboundRelayedConnection'] as const) {
    it(`${hook} keeps two peers from meeting at a relay, and is told who they are`, async () => {
      const asked: string[] = []
      const gater: ConnectionGater = {
        [hook]: (...peers: PeerId[]) => {
          asked.push(peers.map(String).join(' '))
          return true
        }
      }
      const atRelay = hook === 'denyOutboundRelayedConnection'
      const via = await relay(OURS, atRelay ? gater : {})
      const listener = await client(OURS, [`${via.getMultiaddrs()[0]}/p2p-circuit`], {}, atRelay ? {} : gater)
      const dialer = await client(OURS, [])

      await expect(dialer.dial(await relayed(listener))).to.eventually.be.rejected()
      expect(asked).to.deep.equal([atRelay ? `${dialer.peerId} ${listener.peerId}` : `${via.peerId} ${dialer.peerId}`])
      expect(listener.getConnections(dialer.peerId)).to.be.empty()
    })
  }

  it('denyInboundRelayReservation keeps a peer from listening at a relay', async () => {
    const asked: string[] = []
    const via = await relay(OURS, {
      denyInboundRelayReservation: peer => {
        asked.push(String(peer))
        return true
      }
    })
    const listener = await client(OURS, ['/p2p-circuit'])
    await listener.dial(via.getMultiaddrs())
    await eventually(() => asked.length > 0)

    expect(asked[0]).to.equal(String(listener.peerId))
    expect(listener.getMultiaddrs()).to.be.empty()
  })

  it('says that it listens on a relay that it finds, and that it no longer does when the relay goes', async () => {
    const via = await relay(OURS)
    const listener = await client(OURS, ['/p2p-circuit'])

    await listener.dial(via.getMultiaddrs())
    expect((await relayed(listener)).toString()).to.include(via.peerId.toString())

    await via.stop()
    await eventually(() => listener.getMultiaddrs().length === 0)
  })

  it('gives way to a direct connection that dcutr brings about', async () => {
    const via = await relay(OURS)
    const listener = await client(OURS, [`${via.getMultiaddrs()[0]}/p2p-circuit`, '/ip4/127.0.0.1/tcp/0/ws'], { dcutr: dcutr() })
    const port = listener.getMultiaddrs().find(address => !address.toString().includes('p2p-circuit'))?.getComponents()[1]?.value
    const dialer = await client(OURS, ['/ip4/127.0.0.1/tcp/0/ws'], { dcutr: dcutr() })
    const ownPort = dialer.getMultiaddrs()[0]?.getComponents()[1]?.value
    expect(port).to.be.ok()

    // dcutr dials public addresses only; this name leads to the loopback
    await dialer.stop()
    const announcing = await nodes.onWebSockets(OURS.createLibp2p, {
      addresses: { listen: [`/ip4/127.0.0.1/tcp/${ownPort}/ws`], announce: [`/dns4/localhost/tcp/${ownPort}/ws`] },
      transports: [webSockets(), circuitRelayTransport()],
      services: { identify: identify(), dcutr: dcutr() }
    })

    await announcing.dial(await relayed(listener))

    await eventually(() => listener.getConnections(announcing.peerId).some(({ limits }) => limits == null))
    expect(listener.getConnections(announcing.peerId).find(({ limits }) => limits == null)?.direct).to.be.true()
    expect((await listener.dial(multiaddr(`/p2p/${announcing.peerId}`))).direct).to.be.true()
  })
})
