import type { Connection, Metrics } from '@libp2p/interface'

export interface ConnectionCounts {
  connections(): Connection[]
  inboundPending(): number
  outboundPending(): number
}

/** The metrics of connections and streams, under js-libp2p's names. */
export function registerConnectionMetrics (metrics: Metrics, counts: ConnectionCounts): void {
  metrics.registerMetricGroup('libp2p_connection_manager_connections', {
    calculate: () => {
      const connections = counts.connections()
      const inbound = connections.filter(({ direction }) => direction === 'inbound').length

      return {
        inbound,
        'inbound pending': counts.inboundPending(),
        outbound: connections.length - inbound,
        'outbound pending': counts.outboundPending()
      }
    }
  })
  metrics.registerMetricGroup('libp2p_protocol_streams_total', {
    label: 'protocol',
    calculate: () => countStreams(counts.connections())
  })
  metrics.registerMetricGroup('libp2p_connection_manager_protocol_streams_per_connection_90th_percentile', {
    label: 'protocol',
    calculate: () => percentile90(counts.connections().map(connection => countStreams([connection])))
  })
}

function countStreams (connections: Connection[]): Record<string, number> {
  const counts: Record<string, number> = {}

  for (const { direction, protocol } of connections.flatMap(({ streams }) => streams)) {
    const key = `${direction} ${protocol === '' ? 'unnegotiated' : protocol}`
    counts[key] = (counts[key] ?? 0) + 1
  }

  return counts
}

/** For each protocol, over the connections that carry it. */
function percentile90 (perConnection: Array<Record<string, number>>): Record<string, number> {
  const all = Object.groupBy(perConnection.flatMap(counts => Object.entries(counts)), ([protocol]) => protocol)

  return Object.fromEntries(Object.entries(all).map(([protocol, entries = []]) => {
    const counts = entries.map(([, count]) => count).sort((a, b) => a - b)

    return [protocol, counts[Math.floor(counts.length * 0.9)] ?? 0]
  }))
}
