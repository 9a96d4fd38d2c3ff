import { isLinkLocal, isPrivate } from '@libp2p/utils'
import { multiaddr } from '@multiformats/multiaddr'
import { confirm, unverified } from './verification.ts'
import type { Verification } from './verification.ts'
import type { Metrics } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Public addresses that other peers say they see us at. Not announced until they are verified. */
export class ObservedAddresses {
  readonly #addresses = new Map<string, Verification>()
  readonly #limit: number

  constructor (limit: number, metrics?: Metrics) {
    this.#limit = limit
    metrics?.registerMetric('libp2p_address_manager_observed_addresses', { calculate: () => this.#addresses.size })
  }

  has (address: Multiaddr): boolean {
    return this.#addresses.has(address.toString())
  }

  /** Drops the address when it is no public one, or when there are enough. */
  add (address: Multiaddr): void {
    if (this.#addresses.size < this.#limit && !isPrivate(address) && !isLinkLocal(address)) {
      this.#addresses.set(address.toString(), unverified())
    }
  }

  /** Returns whether a verified address is gone. */
  remove (address: Multiaddr): boolean {
    const verified = this.#addresses.get(address.toString())?.verified === true
    this.#addresses.delete(address.toString())

    return verified
  }

  removePrefixed (prefix: string): void {
    for (const address of this.#addresses.keys()) {
      if (address === prefix || address.startsWith(`${prefix}/`)) {
        this.#addresses.delete(address)
      }
    }
  }

  confirm (address: Multiaddr, ttl: number): boolean {
    const state = this.#addresses.get(address.toString()) ?? unverified()
    this.#addresses.set(address.toString(), state)

    return confirm(state, ttl)
  }

  all (): NodeAddress[] {
    return [...this.#addresses].map(([address, state]) => ({ ...state, multiaddr: multiaddr(address), type: 'observed' }))
  }
}
