import type { CounterGroup, HistogramGroup, MetricGroup, Metrics } from '@libp2p/interface'

/** Seconds. From a connection within a machine to one that a deadline ends. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]

/** What a metric of listeners asks of one. */
export interface MeasuredListener {
  /** `host:port`, as in js-libp2p's metrics. */
  readonly metricsAddress: string
  readonly openConnections: number
}

/**
 * What the transport counts. The names are those of `@libp2p/websockets`, so that
 * its dashboards show this transport too; the two histograms are ours.
 */
export class WebSocketMetrics {
  /** `connect`, `error` and `abort` of dials, then what becomes of the connections. */
  readonly dialerEvents: CounterGroup

  /** `host:port` → 1 while it listens, else 0. */
  readonly listenerStatus: MetricGroup

  /** `host:port event` */
  readonly listenerEvents: CounterGroup

  /** `host:port error` */
  readonly listenerErrors: CounterGroup

  /** Seconds of each phase of a dial: `resolve`, `tcp`, `tls`, `upgrade`, `security`. */
  readonly dialPhases: HistogramGroup

  /** Seconds of each phase of an inbound connection: `upgrade` from the TCP handshake to the WebSocket, then `security`. */
  readonly inboundPhases: HistogramGroup

  readonly #listeners = new Set<MeasuredListener>()

  constructor (metrics: Metrics) {
    this.dialerEvents = metrics.registerCounterGroup('libp2p_websockets_dialer_events_total', {
      label: 'event',
      help: 'Total count of WebSockets dialer events by type'
    })
    this.listenerStatus = metrics.registerMetricGroup('libp2p_websockets_listener_status_info', {
      label: 'address',
      help: 'Current status of the WebSocket listener socket'
    })
    this.listenerEvents = metrics.registerCounterGroup('libp2p_websockets_listener_events_total', {
      label: 'address',
      help: 'Total count of WebSocket listener events by type'
    })
    this.listenerErrors = metrics.registerCounterGroup('libp2p_websockets_listener_errors_total', {
      label: 'address',
      help: 'Total count of WebSocket listener errors by type'
    })
    metrics.registerMetricGroup('libp2p_websockets_inbound_connections_total', {
      label: 'address',
      help: 'Current active connections in WebSocket listener',
      calculate: () => this.#inboundConnections()
    })
    this.dialPhases = metrics.registerHistogramGroup('libp2p_websockets_dial_phase_seconds', {
      label: 'phase',
      help: 'Duration of each phase of WebSocket dials',
      buckets: BUCKETS
    })
    this.inboundPhases = metrics.registerHistogramGroup('libp2p_websockets_inbound_phase_seconds', {
      label: 'phase',
      help: 'Duration of each phase of inbound WebSocket connections',
      buckets: BUCKETS
    })
  }

  add (listener: MeasuredListener): void {
    this.#listeners.add(listener)
  }

  remove (listener: MeasuredListener): void {
    this.#listeners.delete(listener)
  }

  #inboundConnections (): Record<string, number> {
    const counts: Record<string, number> = {}

    for (const { metricsAddress, openConnections } of this.#listeners) {
      counts[metricsAddress] = (counts[metricsAddress] ?? 0) + openConnections
    }

    return counts
  }
}

/** Measures phases that follow one another. */
export class PhaseTimer {
  readonly #histograms: HistogramGroup | undefined
  #since: number

  /** Begins the first phase, at `since` as `performance.now()` has it. */
  constructor (histograms: HistogramGroup | undefined, since: number = performance.now()) {
    this.#histograms = histograms
    this.#since = since
  }

  /** `phase` is over; the next one begins. */
  end (phase: string): void {
    const now = performance.now()
    this.#histograms?.observe({ [phase]: (now - this.#since) / 1000 })
    this.#since = now
  }
}
