import { endpoint, betterEndpoint } from './address-filter.ts'
import { Candidate } from './dial-candidate.ts'
import { DialLookups } from './dial-lookups.ts'
import { favor } from './dial-ranker.ts'
import type { AddressOutcome } from './address-history.ts'
import type { BlackHoleVerdict } from './black-hole-detector.ts'
import type { DialRequest } from './inputs.ts'
import type { Timer } from './timers.ts'
import type { AddressDelay, DialCandidateSource, DialRanker, DialTrace } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What one caller wants of a dial. */
export interface PendingRequest extends DialRequest {
  readonly deadline: Timer
}

/** The dial to one peer: the callers that wait for it, and its addresses. */
export class DialJob {
  readonly id: number

  /** What the peer's tokens and backoff are kept under. */
  readonly key: string
  readonly startedAt: number
  readonly trace: DialTrace
  readonly requests: Map<number, PendingRequest> = new Map()
  readonly candidates: Map<string, Candidate> = new Map()
  readonly blackHoles: BlackHoleVerdict

  /** Comes up when the next address is due. */
  readonly wake: Timer

  readonly lookups: DialLookups = new DialLookups()

  /** Addresses that came after `MAX_ADDRESSES` others. */
  overflow = 0

  /** An address has been connected to. */
  isConnected = false

  /** A request was answered with a failure. */
  wasRefused = false

  /** Set for a simultaneous connect, where every address is dialed at once. */
  initiator: boolean | undefined

  /** Key of the address that worked last time. */
  favorite: string | undefined

  /** Tries that were started. */
  dials = 0

  /** Rounds over its addresses that were begun, but for the first. */
  extraRounds = 0

  constructor (id: number, key: string, peer: string, now: number, epoch: number, blackHoles: BlackHoleVerdict, wake: Timer) {
    this.id = id
    this.key = key
    this.startedAt = now
    this.trace = { peer, startedAt: epoch + now, records: [] }
    this.blackHoles = blackHoles
    this.wake = wake
  }

  /** The highest of its requests. */
  get priority (): number {
    let priority = -Infinity

    for (const request of this.requests.values()) {
      priority = Math.max(priority, request.priority)
    }

    return priority
  }

  /** Whether a connection through a relay would be an answer to anybody. */
  get wantsRelay (): boolean {
    return [...this.requests.values()].some(({ forceDirect }) => !forceDirect)
  }

  /** Whether somebody takes a direct connection only. */
  get wantsDirect (): boolean {
    return [...this.requests.values()].some(({ forceDirect }) => forceDirect)
  }

  /** What became of the dial, once it is over. */
  get outcome (): NonNullable<DialTrace['outcome']> {
    if (this.isConnected) {
      return 'connected'
    }

    return this.wasRefused ? 'failed' : 'canceled'
  }

  /** Candidates that may still lead to a connection. */
  live (isRelay: boolean): boolean {
    return [...this.candidates.values()].some(({ isLive, info }) => isLive && info.isRelay === isRelay)
  }

  /** Somebody waits, and no candidate is left that may lead to what is wanted. */
  get isStarved (): boolean {
    return this.requests.size > 0 && !this.live(false) && !(this.wantsRelay && this.live(true))
  }

  /** Candidates whose turn has not come. */
  waiting (): Candidate[] {
    return [...this.candidates.values()].filter(({ state }) => state === 'waiting')
  }

  add (address: Multiaddr, key: string, source: DialCandidateSource, now: number): Candidate {
    const candidate = new Candidate(this, address, key, source, now)
    this.candidates.set(key, candidate)
    this.trace.records.push(candidate.record)

    return candidate
  }

  /** Skips waiting addresses that have a better one on the same host and port. Returns those. */
  skipWorseEndpoints (now: number): Candidate[] {
    const endpoints = new Set<string | undefined>()

    for (const candidate of this.candidates.values()) {
      if (candidate.skipped === undefined) {
        endpoints.add(endpoint(candidate.info.transport, candidate.info))
      }
    }

    const worse = [...this.candidates.values()].filter(candidate => {
      const better = betterEndpoint(candidate.info)

      return candidate.state === 'waiting' && better !== undefined && endpoints.has(better)
    })

    for (const candidate of worse) {
      candidate.skip('lower priority', now)
    }

    return worse
  }

  /**
   * Says when `fresh` candidates are due, ranked among all others. Delays count
   * from the start of the dial; of those that came later than that, the first
   * goes at once and the others keep their distance from it.
   */
  rank (fresh: Candidate[], ranker: DialRanker, now: number): void {
    const places = this.#ranking(ranker)
    const delays = fresh.map(candidate => places.get(candidate)?.delay ?? Infinity)
    const first = Math.min(...delays)

    for (const candidate of fresh) {
      const place = places.get(candidate)

      if (place === undefined) {
        candidate.skip('not ranked', now)
        continue
      }

      candidate.record.rank = place.rank
      candidate.record.delay = place.delay
      candidate.dueAt = Math.max(this.startedAt + place.delay, now + place.delay - first)
    }
  }

  /** The candidates to be dialed now: those of one delay. */
  nextBatch (now: number): Candidate[] {
    const { due, batch } = this.#next()

    return due <= now ? batch : []
  }

  /** When `nextBatch` has something; Infinity when it never will. */
  nextDue (): number {
    return this.#next().due
  }

  /** What the dial has shown of each address. */
  learned (): AddressOutcome[] {
    return [...this.candidates.values()].flatMap(({ key, record, handshake }): AddressOutcome[] => {
      const at = this.trace.startedAt + (record.ended ?? 0)

      if (handshake !== undefined) {
        return [{ address: key, lastSuccess: at, handshake }]
      }

      return record.phase === 'failed' ? [{ address: key, lastFailure: at }] : []
    })
  }

  #next (): { due: number, batch: Candidate[] } {
    const { wantsRelay } = this
    let batch: Candidate[] = []
    let earliest = Infinity
    let held = -Infinity
    let isBusy = this.isConnected

    for (const candidate of this.candidates.values()) {
      if (candidate.state === 'queued' || candidate.state === 'dialing') {
        isBusy = true
        held = Math.max(held, candidate.holdUntil)
      } else if (candidate.state === 'waiting' && (wantsRelay || !candidate.info.isRelay)) {
        if (candidate.dueAt < earliest) {
          earliest = candidate.dueAt
          batch = []
        }

        if (candidate.dueAt === earliest) {
          batch.push(candidate)
        }
      }
    }

    if (batch.length === 0) {
      return { due: Infinity, batch }
    }

    // with nothing in flight there is nothing to wait for
    return { due: isBusy ? Math.max(earliest, held) : -Infinity, batch }
  }

  #ranking (ranker: DialRanker): Map<Candidate, { rank: number, delay: number }> {
    const byAddress = new Map<string, Candidate>()

    for (const candidate of this.candidates.values()) {
      if (candidate.skipped === undefined) {
        byAddress.set(candidate.address.toString(), candidate)
      }
    }

    const ranked = ranker([...byAddress.values()].map(({ address }) => address))
    const ranking = this.initiator === undefined ? this.#favored(ranked) : ranked
    const places = new Map<Candidate, { rank: number, delay: number }>()

    ranking.forEach(({ address, delay }, rank) => {
      const candidate = byAddress.get(address.toString())

      if (candidate !== undefined) {
        places.set(candidate, { rank, delay })
      }
    })

    return places
  }

  #favored (ranking: AddressDelay[]): AddressDelay[] {
    const favorite = this.favorite === undefined ? undefined : this.candidates.get(this.favorite)
    const entry = ranking.find(({ address }) => favorite?.address.equals(address) === true)

    // a relay that worked once must not keep a direct address from winning
    if (entry === undefined || (favorite?.info.isRelay === true && ranking.length > 1)) {
      return ranking
    }

    return favor(ranking, entry)
  }
}
