import { isLoopback, prefixOf } from './ip-prefix.ts'

/** Connections from one network, at the most. */
export interface PrefixLimit {
  /** Leading bits that addresses of one network share: 0 to 32, or 0 to 128. */
  prefixLength: number
  connections: number
}

export interface AddressLimits {
  ip4: PrefixLimit[]
  ip6: PrefixLimit[]
}

/** go-libp2p 0.51 `conn_limiter.go`: 8 for each IPv4 address, 8 for a /56 and 64 for a /48. */
export const DEFAULT_ADDRESS_LIMITS: AddressLimits = {
  ip4: [{ prefixLength: 32, connections: 8 }],
  ip6: [{ prefixLength: 56, connections: 8 }, { prefixLength: 48, connections: 64 }]
}

/**
 * How many connections there are from one address and from its network. The
 * loopback is not limited, as in go-libp2p.
 */
export class AddressLimiter {
  readonly #limits: AddressLimits
  readonly #counts = new Map<string, number>()

  constructor (limits: AddressLimits = DEFAULT_ADDRESS_LIMITS) {
    this.#limits = limits
  }

  /**
   * @param ip - IPv4 or IPv6 literal as bytes, 4 or 16 of them
   * @returns the limit that was met; undefined when the connection is counted
   */
  add (ip: Uint8Array): PrefixLimit | undefined {
    const limits = this.#limitsFor(ip)
    const met = limits.find(limit => (this.#counts.get(keyOf(ip, limit)) ?? 0) >= limit.connections)

    if (met == null) {
      for (const limit of limits) {
        const key = keyOf(ip, limit)
        this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
      }
    }

    return met
  }

  /** Once for each `add` that counted. */
  remove (ip: Uint8Array): void {
    for (const limit of this.#limitsFor(ip)) {
      const key = keyOf(ip, limit)
      const count = (this.#counts.get(key) ?? 0) - 1

      if (count > 0) {
        this.#counts.set(key, count)
      } else {
        this.#counts.delete(key)
      }
    }
  }

  /** Networks with at least one connection. */
  get size (): number {
    return this.#counts.size
  }

  #limitsFor (ip: Uint8Array): PrefixLimit[] {
    if (isLoopback(ip)) {
      return []
    }

    return ip.byteLength === 4 ? this.#limits.ip4 : this.#limits.ip6
  }
}

function keyOf (ip: Uint8Array, { prefixLength }: PrefixLimit): string {
  return prefixOf(ip, prefixLength)
}
