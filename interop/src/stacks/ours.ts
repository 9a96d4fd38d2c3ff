import { tls } from '@libp2p/tls'
import { createLibp2p } from '@libp2p-ws/host'
import { noise } from '@libp2p-ws/noise'
import { SwarmConnection } from '@libp2p-ws/swarm'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { hostOptions } from '../host-options.ts'
import type { HostInit, Stack } from '../host-options.ts'

/** A host of this repository: its swarm, dialer, WebSocket transport, noise and yamux. */
export async function createStack (init: HostInit): Promise<Stack> {
  const host = await createLibp2p({
    ...hostOptions(init),
    connectionManager: { dialBackoff: init.backoff === true },
    connectionEncrypters: init.security.map(name => name === 'noise' ? noise() : tls()),
    streamMuxers: [yamux()],
    transports: [webSockets()]
  })

  return {
    host,
    earlyMuxer: (connection) => connection instanceof SwarmConnection ? connection.state.earlyMuxer : undefined
  }
}
