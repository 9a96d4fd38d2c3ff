import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from '@libp2p-ws/host'
import { webSockets } from '@libp2p-ws/transport'
import type { ComponentLogger, ConnectionGater, Libp2p, PrivateKey, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A factory in the shape that js-libp2p's `transports` and `services` have. */
export type ComponentFactory<T> = (components: any) => T

/** What all peers of a relay have in common. */
export interface PeerOptions {
  /** Besides WebSockets, such as `circuitRelayTransport()`. */
  transports: Array<ComponentFactory<Transport>>
  connectionGater: ConnectionGater | undefined
  logger: ComponentLogger
  maxConnections: number
}

/**
 * How much a stream may send before it is read: what a slow browser costs the
 * relay for each of its streams.
 */
const STREAM_WINDOW = 1024 * 1024

/**
 * Of one remote host, each second. All browsers of a relay reach each other
 * from the same address, so js-libp2p's 5 would turn them away.
 */
const INBOUND_CONNECTION_THRESHOLD = 64

/** A started libp2p host. */
export async function createPeer (privateKey: PrivateKey, listen: Multiaddr[], options: PeerOptions, services: Record<string, ComponentFactory<unknown>> = {}): Promise<Libp2p> {
  return createLibp2p({
    privateKey,
    logger: options.logger,
    addresses: { listen: listen.map(address => address.toString()) },
    transports: [webSockets(), ...options.transports],
    connectionEncrypters: [noise(), tls()],
    streamMuxers: [yamux({
      streamOptions: {
        maxStreamWindowSize: STREAM_WINDOW,
        // A paused stream that holds more than this is reset: the window and what is under way.
        maxReadBufferLength: 4 * STREAM_WINDOW
      }
    })],
    connectionManager: {
      maxConnections: options.maxConnections,
      inboundConnectionThreshold: INBOUND_CONNECTION_THRESHOLD
    },
    ...(options.connectionGater === undefined ? {} : { connectionGater: options.connectionGater }),
    services: { ...services, identify: identify(), ping: ping() }
  })
}
