import { isLoopback, prefixOf } from './ip-prefix.ts'

/** New connections from one network: `burst` at once, and `perSecond` in the long run. */
export interface PrefixRate {
  /** Leading bits that addresses of one network share: 0 to 32, or 0 to 128. */
  prefixLength: number
  perSecond: number
  burst: number
}

export interface AddressRates {
  ip4: PrefixRate[]
  ip6: PrefixRate[]
}

/** go-libp2p 0.51 `conn_rate_limiter.go`. */
export const DEFAULT_ADDRESS_RATES: AddressRates = {
  ip4: [{ prefixLength: 32, perSecond: 0.2, burst: 16 }],
  ip6: [{ prefixLength: 56, perSecond: 0.2, burst: 16 }, { prefixLength: 48, perSecond: 0.5, burst: 80 }]
}

interface Bucket {
  tokens: number

  /** When `tokens` was true. */
  since: number
  rate: PrefixRate
}

/**
 * How often connections come from one address and from its network: a token
 * bucket for each. The loopback is not limited, as in go-libp2p.
 */
export class AddressRateLimiter {
  readonly #rates: AddressRates
  readonly #buckets = new Map<string, Bucket>()
  #prunedAt = -Infinity

  constructor (rates: AddressRates = DEFAULT_ADDRESS_RATES) {
    this.#rates = rates
  }

  /** Networks that were heard of lately. */
  get size (): number {
    return this.#buckets.size
  }

  /**
   * @param ip - IPv4 or IPv6 literal as bytes, 4 or 16 of them
   * @param now - ms
   * @returns the rate that was met; undefined when the connection may come. What is refused is not counted
   */
  take (ip: Uint8Array, now: number): PrefixRate | undefined {
    if (isLoopback(ip)) {
      return undefined
    }

    this.#pruneSometimes(now)
    const rates = ip.byteLength === 4 ? this.#rates.ip4 : this.#rates.ip6
    const buckets = rates.map(rate => this.#bucket(prefixOf(ip, rate.prefixLength), rate, now))
    const empty = buckets.find(({ tokens }) => tokens < 1)

    if (empty == null) {
      buckets.forEach(bucket => { bucket.tokens-- })
    }

    return empty?.rate
  }

  #bucket (key: string, rate: PrefixRate, now: number): Bucket {
    const bucket = this.#buckets.get(key) ?? { tokens: rate.burst, since: now, rate }
    this.#buckets.set(key, bucket)
    bucket.tokens = tokensAt(bucket, now)
    bucket.since = now

    return bucket
  }

  /** A full bucket is as good as none. Memory stays bounded by those who came in the time in which one fills up. */
  #pruneSometimes (now: number): void {
    const longest = Math.max(...[...this.#rates.ip4, ...this.#rates.ip6].map(({ burst, perSecond }) => burst / perSecond * 1_000))

    if (now - this.#prunedAt < longest) {
      return
    }

    this.#prunedAt = now

    for (const [key, bucket] of this.#buckets) {
      if (tokensAt(bucket, now) >= bucket.rate.burst) {
        this.#buckets.delete(key)
      }
    }
  }
}

function tokensAt ({ tokens, since, rate }: Bucket, now: number): number {
  return Math.min(rate.burst, tokens + (now - since) / 1_000 * rate.perSecond)
}
