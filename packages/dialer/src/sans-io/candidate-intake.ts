import { skipByAddress } from './address-filter.ts'
import { DIAL_ATTEMPTS, MAX_ADDRESSES } from './constants.ts'
import { defaultDialRanker, noDelayDialRanker } from './dial-ranker.ts'
import type { SkipReason } from './address-filter.ts'
import type { DialBackoff } from './dial-backoff.ts'
import type { Candidate } from './dial-candidate.ts'
import type { DialJob } from './dial-job.ts'
import type { DialSchedulerInit } from './dial-options.ts'
import type { FoundAddress } from './inputs.ts'
import type { DialRanker } from '@libp2p-ws/core'

/** Turns addresses into candidates: leaves out what is not worth dialing, and ranks the rest. */
export class CandidateIntake {
  readonly #backoff: DialBackoff
  readonly #ranker: DialRanker
  readonly #maxAddresses: number
  readonly #rounds: number

  constructor (init: DialSchedulerInit, backoff: DialBackoff) {
    this.#backoff = backoff
    this.#ranker = init.ranker ?? defaultDialRanker
    this.#maxAddresses = init.maxAddresses ?? MAX_ADDRESSES
    this.#rounds = init.dialAttempts ?? DIAL_ATTEMPTS
  }

  /** Returns the candidates that are new, the skipped ones among them. */
  add (job: DialJob, found: readonly FoundAddress[], ownAddresses: ReadonlySet<string>, now: number): Candidate[] {
    const added: Candidate[] = []

    for (const { address, key, source, skip } of found) {
      if (job.candidates.has(key)) {
        continue
      }

      if (job.candidates.size >= this.#maxAddresses) {
        job.overflow++
        continue
      }

      const candidate = job.add(address, key, source, now)
      const reason = skip ?? skipByAddress(candidate.info, key, ownAddresses) ?? this.#skipByExperience(candidate, now)

      if (reason !== undefined) {
        candidate.skip(reason, now)
      }

      added.push(candidate)
    }

    job.skipWorseEndpoints(now)
    this.rank(job, added.filter(({ state }) => state === 'waiting'), now)

    return added
  }

  /** Says when `candidates` are due. */
  rank (job: DialJob, candidates: Candidate[], now: number): void {
    if (candidates.length === 0) {
      return
    }

    try {
      job.rank(candidates, job.initiator === undefined ? this.#ranker : noDelayDialRanker, now)
    } catch (err) {
      // a ranker that stumbles over an address from the network must not take all dials with it
      job.lookups.error ??= err instanceof Error ? err : new Error(String(err))

      for (const candidate of candidates) {
        candidate.skip('not ranked', now)
      }
    }
  }

  /** A request that joins may dial what was skipped for those before it. */
  liftBackoff (job: DialJob, now: number): void {
    const lifted = [...job.candidates.values()].filter(({ skipped, key, info }) => {
      return skipped === 'backoff' && ((job.wantsDirect && !info.isRelay) || this.#backoff.until(job.key, key, now) === undefined)
    })

    for (const candidate of lifted) {
      candidate.revive(now)
    }

    this.rank(job, lifted, now)
  }

  /** Where all addresses have failed and another round over them is allowed, they are dialed again. */
  startRound (job: DialJob, now: number): void {
    const failed = [...job.candidates.values()].filter(({ record }) => record.phase === 'failed')

    if (!job.lookups.areOver || job.live(false) || failed.length === 0 || job.extraRounds + 1 >= this.#rounds) {
      return
    }

    job.extraRounds++

    for (const candidate of failed) {
      candidate.retryFrom(now)
    }

    this.rank(job, failed, now)
  }

  #skipByExperience ({ job, address, key, info }: Candidate, now: number): SkipReason | undefined {
    if (!job.blackHoles(address, info)) {
      return 'black hole'
    }

    // as go: who insists on a direct connection does not wait for the backoff
    const ignoresBackoff = job.wantsDirect && !info.isRelay

    return !ignoresBackoff && this.#backoff.until(job.key, key, now) !== undefined ? 'backoff' : undefined
  }
}
