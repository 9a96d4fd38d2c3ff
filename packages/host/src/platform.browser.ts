import { isPrivate } from '@libp2p/utils'
import { WebSockets } from '@multiformats/multiaddr-matcher'
import type { ConnectionGater } from '@libp2p/interface'

/** Connections above which new ones are refused and old ones pruned (js-libp2p's default in browsers). */
export const MAX_CONNECTIONS = 100

/**
 * The gater as given; without a `denyDialMultiaddr` of its own it denies what a
 * page cannot dial as a rule and what fills the console with errors: ws without
 * TLS, and private addresses.
 */
export function defaultGater (gater: ConnectionGater = {}): ConnectionGater {
  gater.denyDialMultiaddr ??= address => WebSockets.matches(address) || isPrivate(address)

  return gater
}

/** In a page there is nobody to ask for go-libp2p's metrics, which Prometheus collects from servers. */
export function addSwarmMetrics (): void {}
