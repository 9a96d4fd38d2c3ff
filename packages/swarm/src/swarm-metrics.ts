import type { SwarmConnection } from './connection.ts'
import type { Connection, Metrics } from '@libp2p/interface'
import type { Notifiee } from '@libp2p-ws/core'

/** go-libp2p `swarm_metrics.go`: 1/16 s, doubled 24 times: up to 24 days. */
const DURATION_BUCKETS = exponential(1 / 16, 2, 25)

/** go-libp2p `swarm_metrics.go`: 1 ms, times 1.3, up to 7.5 s. */
const HANDSHAKE_BUCKETS = exponential(0.001, 1.3, 35)

/**
 * go-libp2p's metrics of connections, under its names. js-libp2p's metrics take
 * one label where go has six, so that label, `connection`, has them all:
 * `inbound ws /noise /yamux/1.0.0 early ip4`.
 */
export function swarmMetrics (metrics: Metrics): Notifiee {
  const label = 'connection'
  const opened = metrics.registerCounterGroup('libp2p_swarm_connections_opened_total', { label, help: 'Connections opened' })
  const closed = metrics.registerCounterGroup('libp2p_swarm_connections_closed_total', { label, help: 'Connections closed' })
  const keys = metrics.registerCounterGroup('libp2p_swarm_key_types_total', { label: 'key_type', help: 'Connections by direction and the type of the key of the peer' })
  const duration = metrics.registerHistogramGroup('libp2p_swarm_connection_duration_seconds', { label, help: 'How long connections were open', buckets: DURATION_BUCKETS })
  const handshake = metrics.registerHistogramGroup('libp2p_swarm_handshake_latency_seconds', { label, help: 'From the open socket to the usable connection', buckets: HANDSHAKE_BUCKETS })

  return {
    connected: connection => {
      const key = labelOf(connection)
      const { open, upgraded } = connection.timeline
      opened.increment({ [key]: true })
      keys.increment({ [`${connection.direction} ${connection.remotePeer.type}`]: true })

      if (upgraded != null) {
        handshake.observe({ [key]: (upgraded - open) / 1_000 })
      }
    },
    disconnected: connection => {
      const key = labelOf(connection)
      closed.increment({ [key]: true })
      duration.observe({ [key]: ((connection.timeline.close ?? Date.now()) - connection.timeline.open) / 1_000 })
    }
  }
}

function labelOf (connection: Connection): string {
  const { direction, remoteAddr, state } = connection as SwarmConnection
  const ip = remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.name ?? 'unknown'

  return `${direction} ${state.transport} ${state.security} ${state.muxer ?? 'none'} ${state.earlyMuxer ? 'early' : 'late'} ${ip}`
}

function exponential (start: number, factor: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => start * factor ** i)
}
