import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { createSwarm } from '../../src/index.ts'
import type { CreateSwarmInit, Swarm } from '../../src/index.ts'

/** Our own layers from the socket to the stream, that give up sooner than usual so that a short soak sees them do so. */
export async function soakSwarm (init: CreateSwarmInit = {}): Promise<Swarm> {
  return createSwarm({
    transports: [webSockets({ keepAlive: { interval: 3_000, timeout: 8_000 } })],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ keepAliveInterval: 3_000, keepAliveTimeout: 8_000 })],
    limits: { addresses: { ip4: [], ip6: [] }, rates: { ip4: [], ip6: [] } },
    ...init
  })
}
