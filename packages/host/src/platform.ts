import { swarmMetrics } from '@libp2p-ws/swarm'
import type { ConnectionGater, Metrics } from '@libp2p/interface'
import type { SwarmCore } from '@libp2p-ws/swarm'

/** Connections above which new ones are refused and old ones pruned (js-libp2p's default in Node). */
export const MAX_CONNECTIONS = 300

/** The gater as given: nothing is denied by default. */
export function defaultGater (gater: ConnectionGater = {}): ConnectionGater {
  return gater
}

/** go-libp2p's metrics of connections, beside js-libp2p's. */
export function addSwarmMetrics (swarm: SwarmCore, metrics: Metrics | undefined): void {
  metrics != null && swarm.notify(swarmMetrics(metrics))
}
