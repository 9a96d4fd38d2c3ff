import { peerIdFromString } from '@libp2p/peer-id'
import { tcp } from '@libp2p/tcp'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { makeSwarm } from '../swarms.ts'
import type { CreateSwarmInit, Swarm } from '../../src/index.ts'
import type { ConnectionEncrypter } from '@libp2p/interface'

/** Protocol id of an encrypter that encrypts nothing, so that what comes after it can be said in plain bytes. */
export const OPEN = '/test/open'

/** Whom everybody claims to be who takes that encrypter. */
export const STRANGER = peerIdFromString('12D3KooWHFrmLWTTDD4NodngtRMEVYgxrsDMp4F9iSwYntZ9WjHa')

/** Ms that one step of a connection or stream may take. */
export const PATIENCE = 1_000

const open: ConnectionEncrypter = {
  protocol: OPEN,
  secureInbound: async connection => ({ connection, remotePeer: STRANGER }),
  secureOutbound: async connection => ({ connection, remotePeer: STRANGER })
}

/** Listens on tcp and ws, with our own security and muxer. */
export async function makeVictim (init: CreateSwarmInit = {}): Promise<Swarm> {
  return makeSwarm({
    transports: [tcp(), webSockets({ handshakeTimeout: 1_000, firstByteTimeout: 500 })],
    connectionEncrypters: [noise(), () => open],
    // a far end that says nothing is gone for yamux too
    streamMuxers: [yamux({ keepAliveInterval: 400, keepAliveTimeout: 2_000 })],
    listen: [multiaddr('/ip4/127.0.0.1/tcp/0'), multiaddr('/ip4/127.0.0.1/tcp/0/ws')],
    inboundUpgradeTimeout: PATIENCE,
    inboundStreamProtocolNegotiationTimeout: PATIENCE,
    ...init
  })
}

/** Resolves when nothing is held for anybody but those `connections`. */
export async function onlyLeft (victim: Swarm, connections: number): Promise<void> {
  while (victim.conns().length !== connections || held(victim) !== connections) {
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

function held (victim: Swarm): number {
  return victim.snapshot().resources['system']?.['conns'] ?? 0
}
