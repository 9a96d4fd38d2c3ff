import { quic } from '@chainsafe/libp2p-quic'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webRTC, webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Libp2pOptions } from '../../src/index.ts'
import type { Connection } from '@libp2p/interface'

const TRANSPORTS: Record<string, Pick<Libp2pOptions, 'transports' | 'connectionEncrypters' | 'addresses'>> = {
  'tcp with tls': { transports: [tcp()], connectionEncrypters: [tls()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } },
  '@libp2p/websockets': { transports: [webSockets()], addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] } },
  'quic-v1': { transports: [quic()], addresses: { listen: ['/ip4/127.0.0.1/udp/0/quic-v1'] } },
  'webrtc-direct': { transports: [webRTCDirect()], addresses: { listen: ['/ip4/127.0.0.1/udp/0/webrtc-direct'] } }
}

describe('transports of others', () => {
  const nodes = new Nodes()
  const services = { identify: identify(), ping: ping() }

  afterEach(async () => { await nodes.stop() })

  for (const [name, options] of Object.entries(TRANSPORTS)) {
    for (const [dialer, listener] of [[OURS, STOCK], [STOCK, OURS]] as const) {
      it(`${name}: ${dialer.name} dials ${listener.name}`, async () => {
        const a = await nodes.onWebSockets(dialer.createLibp2p, { ...options, services })
        const b = await nodes.onWebSockets(listener.createLibp2p, { ...options, services })

        await a.dial(b.getMultiaddrs())

        expect(await a.services.ping.ping(b.peerId)).to.be.a('number')
        expect(await b.services.ping.ping(a.peerId)).to.be.a('number')
      })
    }
  }

  it('webrtc: two peers meet at a relay and then do without it', async () => {
    const relay = await nodes.onWebSockets(OURS.createLibp2p, { services: { identify: identify(), relay: circuitRelayServer() } })
    const [a, b] = await Promise.all([[], [`${relay.getMultiaddrs()[0]}/p2p-circuit`, '/webrtc']].map(async listen => nodes.onWebSockets(OURS.createLibp2p, {
      addresses: { listen },
      transports: [webSockets(), webRTC(), circuitRelayTransport()],
      services
    })))

    if (a == null || b == null) {
      throw new Error('two nodes were asked for')
    }

    await eventually(() => b.getMultiaddrs().some(address => address.toString().includes('/webrtc')))
    const dials = async (): Promise<Connection> => a.dial(b.getMultiaddrs().filter(address => address.toString().includes('/webrtc')))
    // node-datachannel refuses a candidate now and then, and the dial fails: it must not settle for the relay
    const connection = await dials().catch(dials)

    expect(connection.direct).to.be.true()
    expect(connection.limits).to.be.undefined()
    await relay.stop()
    expect(await a.services.ping.ping(b.peerId)).to.be.a('number')
  })
})
