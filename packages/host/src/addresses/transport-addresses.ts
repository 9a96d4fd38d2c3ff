import { isPrivate, tryGetNetConfig } from '@libp2p/utils'
import { confirm, unconfirm, unverified } from './verification.ts'
import type { Verification } from './verification.ts'
import type { Metrics } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * What is known of the addresses that transports listen on. Public ones have to
 * be verified before they are announced: a firewall may be in the way. Addresses
 * at one host and port share their fate.
 */
export class TransportAddresses {
  readonly #states = new Map<string, Verification>()

  constructor (metrics?: Metrics) {
    metrics?.registerMetric('libp2p_address_manager_transport_addresses', { calculate: () => this.#states.size })
  }

  /** The address with what is known of it; private ones count as verified. */
  describe (address: Multiaddr, ttl: number): NodeAddress {
    if (isPrivate(address)) {
      const now = Date.now()

      return { multiaddr: address, type: 'transport', verified: true, expires: now + ttl, lastVerified: now }
    }

    return { ...this.#state(address), multiaddr: address, type: 'transport' }
  }

  has (address: Multiaddr): boolean {
    return this.#states.has(keyOf(address))
  }

  confirm (address: Multiaddr, ttl: number): boolean {
    return confirm(this.#state(address), ttl)
  }

  unconfirm (address: Multiaddr, ttl: number): boolean {
    return unconfirm(this.#state(address), ttl)
  }

  #state (address: Multiaddr): Verification {
    const key = keyOf(address)
    const known = this.#states.get(key)

    if (known != null) {
      return known
    }

    // nobody can check an address of no IP network, such as /memory/1
    const state = tryGetNetConfig(address) == null ? { verified: true, expires: 0 } : unverified()
    this.#states.set(key, state)

    return state
  }
}

function keyOf (address: Multiaddr): string {
  const config = tryGetNetConfig(address)

  return config == null ? address.toString() : `${config.host}-${config.port}-${config.protocol}`
}
