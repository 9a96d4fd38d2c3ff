import type { PeerTags } from './peer-tags.ts'

export interface TrimmerOptions {
  /** A trim leaves about this many connections. Default 160 (go-libp2p). */
  lowWater: number

  /** Above this number of connections a trim begins. Default 192 (go-libp2p). */
  highWater: number

  /** Ms in which a new connection is left alone. Default 60,000 (go-libp2p connmgr). */
  gracePeriod: number

  /** Ms between two trims. Default 10,000 (go-libp2p connmgr). */
  silencePeriod: number
}

export const DEFAULT_TRIMMER_OPTIONS: TrimmerOptions = { lowWater: 160, highWater: 192, gracePeriod: 60_000, silencePeriod: 10_000 }

/** What the choice of connections to close depends on. */
export interface TrimFacts {
  peer: string
  inbound: boolean
  streams: number

  /** Same clock as `now`. */
  opened: number
}

/**
 * Chooses which connections to close when there are too many: go-libp2p's
 * `BasicConnMgr`. All connections of a peer go together; a peer goes before
 * another when it is worth less, then when it has no streams, then when it came
 * to us, then when it has fewer streams.
 */
export class ConnectionTrimmer {
  readonly #options: TrimmerOptions
  readonly #tags: PeerTags
  #lastTrim = -Infinity

  constructor (tags: PeerTags, options: Partial<TrimmerOptions> = {}) {
    this.#tags = tags
    this.#options = { ...DEFAULT_TRIMMER_OPTIONS, ...options }
  }

  /** The connections to close now; none below high water and within the silence period. */
  trim<T extends TrimFacts> (connections: readonly T[], now: number): T[] {
    if (connections.length <= this.#options.highWater || now - this.#lastTrim < this.#options.silencePeriod) {
      return []
    }

    this.#lastTrim = now

    const peers = [...Map.groupBy(connections, ({ peer }) => peer)]
      .filter(([peer, own]) => !this.#tags.isProtected(peer) && own.every(({ opened }) => now - opened >= this.#options.gracePeriod))
      .map(([peer, own]) => ({
        own,
        value: this.#tags.value(peer, now),
        streams: own.reduce((sum, { streams }) => sum + streams, 0),
        inbound: own.some(({ inbound }) => inbound)
      }))
      .sort((a, b) => a.value - b.value ||
        Number(a.streams > 0) - Number(b.streams > 0) ||
        Number(b.inbound) - Number(a.inbound) ||
        a.streams - b.streams)

    // protected and new ones count towards low water too: what matters is how many stay
    let excess = connections.length - this.#options.lowWater
    const closing: T[] = []

    for (const { own } of peers) {
      if (excess <= 0) {
        break
      }

      closing.push(...own)
      excess -= own.length
    }

    return closing
  }
}
