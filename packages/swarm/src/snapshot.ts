import type { ConnectionState, SwarmConnection } from './connection.ts'
import type { DialTrace } from '@libp2p-ws/core'

/** The whole state of a swarm as plain data, for logs and debug pages. Times are ms since the epoch. */
export interface SwarmSnapshot {
  peer: string
  listen: string[]
  protocols: string[]
  connections: ConnectionSnapshot[]

  /** Dials under way. */
  dials: DialTrace[]

  /** What is held of each limited resource; empty where no resource manager counts. */
  resources: Record<string, Record<string, number>>
}

export interface ConnectionSnapshot {
  id: string
  peer: string
  address: string
  direction: 'inbound' | 'outbound'
  status: string
  state: ConnectionState
  opened: number
  limited: boolean

  /** Ms, where something measures it. */
  rtt?: number
  streams: Array<{ id: string, protocol: string, direction: 'inbound' | 'outbound', status: string }>
}

export function snapshotConnection (connection: SwarmConnection): ConnectionSnapshot {
  const { id, remotePeer, remoteAddr, direction, status, state, stat, rtt, streams } = connection

  return {
    id,
    peer: remotePeer.toString(),
    address: remoteAddr.toString(),
    direction,
    status,
    state,
    opened: stat.opened,
    limited: stat.limited,
    ...rtt != null && { rtt },
    streams: streams.map(stream => ({ id: stream.id, protocol: stream.protocol, direction: stream.direction, status: stream.status }))
  }
}
