import type { ConnectionGater } from '@libp2p/interface'

/** Connections above which new ones are refused and old ones pruned (js-libp2p's default in Node). */
export const MAX_CONNECTIONS = 300

/** The gater as given: nothing is denied by default. */
export function defaultGater (gater: ConnectionGater = {}): ConnectionGater {
  return gater
}
