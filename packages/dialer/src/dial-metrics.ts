import type { BlackHoleDetector, BlackHoleState } from './sans-io/black-hole-detector.ts'
import type { DialOutput } from './sans-io/outputs.ts'
import type { CounterGroup, Histogram, HistogramGroup, Metrics } from '@libp2p/interface'

// go: swarm_metrics.go
const LATENCY_BUCKETS = [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2]
const MOST_DIALS_SHOWN = 6
const STATES: Record<BlackHoleState, number> = { probing: 0, allowed: 1, blocked: 2 }

/**
 * go-libp2p's metrics of dialing, by go's names (`swarm_metrics.go`). js-libp2p's
 * metrics have one label each, so where go has two there is one here:
 * `dials_per_peer_total` keeps `num_dials`, `dial_latency_seconds` keeps
 * `outcome`, `dial_errors_total` keeps `error`.
 */
export class DialMetrics {
  readonly #dialsPerPeer: CounterGroup
  readonly #latency: HistogramGroup
  readonly #rankingDelay: Histogram
  readonly #errors: CounterGroup

  constructor (metrics: Metrics, blackHoles: BlackHoleDetector) {
    this.#dialsPerPeer = metrics.registerCounterGroup('libp2p_swarm_dials_per_peer_total', { label: 'num_dials', help: 'Number of addresses dialed per peer' })
    this.#latency = metrics.registerHistogramGroup('libp2p_swarm_dial_latency_seconds', { label: 'outcome', help: 'Time taken to establish a connection with the peer', buckets: LATENCY_BUCKETS })
    this.#rankingDelay = metrics.registerHistogram('libp2p_swarm_dial_ranking_delay_seconds', { help: 'Delay introduced by the dial ranking logic', buckets: LATENCY_BUCKETS })
    this.#errors = metrics.registerCounterGroup('libp2p_swarm_dial_errors_total', { label: 'error', help: 'Dial errors' })

    const register = (name: string, help: string, value: (counter: BlackHoleDetector['counters'][number]) => number): void => {
      metrics.registerMetricGroup(`libp2p_swarm_black_hole_filter_${name}`, {
        label: 'name',
        help,
        calculate: () => Object.fromEntries(blackHoles.counters.map(counter => [counter.name, value(counter)]))
      })
    }
    register('state', '0 probing, 1 allowed, 2 blocked', ({ state }) => STATES[state])
    register('success_fraction', 'Fraction of successful dials among the last n requests', ({ successFraction }) => successFraction)
    register('next_request_allowed_after', 'Requests after which the next one is let through', ({ nextProbeAfter }) => nextProbeAfter)
  }

  dialEnded ({ trace, dials }: Extract<DialOutput, { type: 'ended' }>): void {
    const winner = trace.records.find(({ phase }) => phase === 'succeeded')
    const shown = dials < MOST_DIALS_SHOWN ? `${dials}` : `>=${MOST_DIALS_SHOWN}`
    this.#dialsPerPeer.increment({ [shown]: 1 })
    this.#latency.observe({ [trace.outcome === 'connected' ? 'success' : 'failed']: (trace.ended ?? 0) / 1_000 })

    if (winner !== undefined) {
      // until it left the ranking; a limit may have held it after that
      this.#rankingDelay.observe(((winner.phases[1]?.at ?? winner.known) - winner.known) / 1_000)
    }

    for (const { error } of trace.records) {
      if (error !== undefined) {
        this.#errors.increment({ [error.code ?? error.name]: 1 })
      }
    }
  }
}
