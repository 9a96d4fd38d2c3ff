/** Root hooks for mocha: the relays that the suites find in the environment, on js-libp2p and, where there is its daemon, go-libp2p. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { createClient } from '@libp2p/daemon-client'
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
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { ChildProcess } from 'node:child_process'

const relays: any[] = []
let daemon: ChildProcess | undefined

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

/** The daemon says on which address it takes commands, and by these who it is. */
async function startDaemon (program: string): Promise<void> {
  const child = daemon = spawn(program, ['-listen=/ip4/127.0.0.1/tcp/0', '-hostAddrs=/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/tcp/0/ws', '-noise=true', '-dhtServer', '-relay', '-muxer=mplex'], { stdio: ['ignore', 'pipe', 'ignore'] })

  for await (const line of createInterface(child.stdout)) {
    const control = /Control socket:\s*(\S+)/.exec(line)?.[1]

    if (control != null) {
      const { addrs, peerId } = await createClient(multiaddr(control)).identify()
      Object.assign(process.env, { GO_RELAY_PEER: String(peerId), GO_RELAY_MULTIADDRS: addrs.join(','), GO_RELAY_APIADDR: control })

      return
    }
  }

  throw new Error('the daemon ended before it took commands')
}

export const mochaHooks = {
  async beforeAll (): Promise<void> {
    const unlimited = await startRelay({ maxReservations: Infinity, applyDefaultLimit: false })
    const limited = await startRelay({ maxReservations: Infinity })
    const [first, second] = unlimited.filter(address => address.includes('/ws'))
    const [direct, otherDirect] = unlimited.filter(address => address.includes('/webrtc-direct'))

    if (process.env.SUITES_DAEMON !== '') {
      await startDaemon(process.env.SUITES_DAEMON ?? '')
    }

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
    daemon?.kill()
    await Promise.all(relays.map(async relay => relay.stop()))
  }
}
