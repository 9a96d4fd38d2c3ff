/** Root hooks for mocha: the relays that the suites find in the environment, on js-libp2p. */
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { echo } from '@libp2p/echo'
import { identify } from '@libp2p/identify'
import { mplex } from '@libp2p/mplex'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { plaintext } from '@libp2p/plaintext'
import { mockMuxer } from '@libp2p/utils'
import { webRTCDirect } from '@libp2p/webrtc'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const relays: any[] = []

async function startRelay (reservations: object): Promise<string[]> {
  const relay = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/udp/0/webrtc-direct', '/ip4/127.0.0.1/udp/0/webrtc-direct'] },
    connectionManager: { inboundConnectionThreshold: Infinity },
    connectionMonitor: { enabled: false },
    transports: [circuitRelayTransport(), webSockets(), webRTCDirect()],
    streamMuxers: [yamux(), () => mockMuxer(), mplex()],
    connectionEncrypters: [noise(), plaintext()],
    services: { identify: identify(), relay: circuitRelayServer({ reservations }), echo: echo({ maxInboundStreams: 5 }), ping: ping() }
  })
  relays.push(relay)

  return relay.getMultiaddrs().map(String)
}

export const mochaHooks = {
  async beforeAll (): Promise<void> {
    const unlimited = await startRelay({ maxReservations: Infinity, applyDefaultLimit: false })
    const limited = await startRelay({ maxReservations: Infinity })
    const [first, second] = unlimited.filter(address => address.includes('/ws'))
    const [direct, otherDirect] = unlimited.filter(address => address.includes('/webrtc-direct'))

    Object.assign(process.env, {
      RELAY_MULTIADDR: first,
      RELAY_WS_MULTIADDR_0: first,
      RELAY_WS_MULTIADDR_1: second,
      RELAY_WEBRTC_DIRECT_MULTIADDR_0: direct,
      RELAY_WEBRTC_DIRECT_MULTIADDR_1: otherDirect,
      LIMITED_RELAY_MULTIADDR: limited.find(address => address.includes('/ws'))
    })
  },

  async afterAll (): Promise<void> {
    await Promise.all(relays.map(async relay => relay.stop()))
  }
}
