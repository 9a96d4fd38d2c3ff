import { BlackHoleDetector } from './black-hole-detector.ts'
import { CandidateIntake } from './candidate-intake.ts'
import { DialAttempts } from './dial-attempts.ts'
import { DialBackoff } from './dial-backoff.ts'
import { dialFailure, timeoutCause } from './dial-failure.ts'
import { DialJob } from './dial-job.ts'
import { DialSync } from './dial-sync.ts'
import { copyRecord, copyTrace } from './dial-trace.ts'
import { OutputQueue } from './output-queue.ts'
import { Timers } from './timers.ts'
import type { Attempt, Candidate } from './dial-candidate.ts'
import type { DialError } from './dial-errors.ts'
import type { PendingRequest } from './dial-job.ts'
import type { DialSchedulerInit } from './dial-options.ts'
import type { FailureKind } from './failure-kind.ts'
import type { DialRequest, DialUpdate, FoundAddress } from './inputs.ts'
import type { DialLoad, DialOutput } from './outputs.ts'
import type { DialTrace } from '@libp2p-ws/core'

/**
 * Decides which address of which peer is dialed, and when; for all peers at once.
 * Pure: calls bring what happened and when, `pollOutput` says what to do about
 * it, `pollTimeout` when to call `handleTimeout`. `now` is in milliseconds and
 * never goes back.
 */
export class DialScheduler {
  readonly backoff: DialBackoff
  readonly blackHoles: BlackHoleDetector

  readonly #intake: CandidateIntake
  readonly #epoch: number
  readonly #timers = new Timers()
  readonly #attempts: DialAttempts
  readonly #sync = new DialSync(this.#timers)
  readonly #outputs = new OutputQueue<DialOutput>()
  #lastDial = 0

  constructor (init: DialSchedulerInit = {}) {
    this.backoff = init.backoff ?? new DialBackoff()
    this.blackHoles = init.blackHoles ?? new BlackHoleDetector()
    this.#intake = new CandidateIntake(init, this.backoff)
    this.#epoch = init.epoch ?? 0
    this.#attempts = new DialAttempts(init, {
      timers: this.#timers,
      blackHoles: this.blackHoles,
      output: output => { this.#outputs.push(output) },
      failed: (candidate, error, kind, now) => { this.#fail(candidate, error, kind, now) }
    })
  }

  get load (): DialLoad {
    return {
      dials: this.#sync.dials,
      requests: this.#sync.requests,
      inFlight: this.#attempts.inFlight,
      waiting: this.#attempts.waiting,
      tokensTaken: this.#attempts.tokensTaken,
      timers: this.#timers.size
    }
  }

  /** Returns the number of the dial that `request` has started or joined. */
  handleRequest (now: number, request: DialRequest): number {
    const job = this.#sync.dialTo(request.key) ?? this.#start(request, now)
    const isUrgent = request.priority > job.priority
    this.#sync.join(job, request, now, now => { this.#expire(job, request.id, now) })

    if (job.lookups.join(request)) {
      this.#outputs.push({ type: 'lookup', dial: job.id })
    }

    if (request.initiator !== undefined) {
      job.initiator = request.initiator
      this.#intake.rank(job, job.waiting(), now)
    }

    if (isUrgent) {
      this.#attempts.requeue(job, now)
    }

    this.#intake.liftBackoff(job, now)
    this.#settle(job, now)

    return job.id
  }

  /** Addresses were found. `ownAddresses`: keys of the addresses that this host listens on. */
  handleCandidates (now: number, dial: number, found: readonly FoundAddress[], ownAddresses: ReadonlySet<string> = new Set()): void {
    this.#change(now, dial, job => {
      for (const { record } of this.#intake.add(job, found, ownAddresses, now)) {
        this.#outputs.push({ type: 'record', dial, record: copyRecord(record) })
      }
    })
  }

  /** A source of candidates has ended; `error` says what broke it. `isOwn`: the one asked for with `lookup`. */
  handleLookupEnd (now: number, dial: number, isOwn: boolean, error?: Error): void {
    this.#change(now, dial, job => { job.lookups.end(isOwn, error) })
  }

  /** A source brings nothing more until it is needed, which a `needed` output says; or, when `isOver`, goes on. */
  handleLookupWait (now: number, dial: number, isOver: boolean): void {
    this.#change(now, dial, job => { job.lookups.waits(!isOver) })
  }

  /** Which address to try first, learned from earlier dials. */
  handleFavorite (now: number, dial: number, key: string): void {
    this.#change(now, dial, job => {
      job.favorite = key
      this.#intake.rank(job, job.waiting(), now)
    })
  }

  /** News of an attempt. Ignored when the attempt was aborted. */
  handleDialUpdate (now: number, id: number, update: DialUpdate): void {
    const candidate = this.#attempts.get(id)
    const attempt = candidate?.attempt

    if (candidate === undefined || attempt === undefined) {
      return
    }

    switch (update.type) {
      case 'succeeded':
        this.#succeed(candidate, attempt, update, now)
        break
      case 'failed':
        this.#attempts.fail(candidate, attempt, update.error, now)
        break
      default:
        this.#attempts.progress(candidate, attempt, update.type, now)
    }

    this.#settle(candidate.job, now)
  }

  /** The caller does not want an answer any more, and gets none. */
  handleCancel (now: number, request: number): void {
    const job = this.#sync.dialOf(request)

    if (job !== undefined) {
      this.#sync.leave(job, request)
      this.#settle(job, now)
    }
  }

  /** To be called when the time of `pollTimeout` has come. */
  handleTimeout (now: number): void {
    this.#timers.expire(now)
    this.#attempts.balance(now)
  }

  /** Forgets what was learned of a network that is no longer there. */
  resetNetworkState (now: number): void {
    this.backoff.resetNetworkState()
    this.blackHoles.resetNetworkState()

    for (const job of this.#sync.jobs()) {
      this.#intake.liftBackoff(job, now)
      this.#settle(job, now)
    }
  }

  pollOutput (): DialOutput | undefined {
    return this.#outputs.poll()
  }

  /** When to call `handleTimeout`; absent when there is nothing to wait for. */
  pollTimeout (): number | undefined {
    return this.#timers.next()
  }

  /** Snapshots of the dials under way. */
  pending (): DialTrace[] {
    return this.#sync.jobs().map(({ trace }) => copyTrace(trace))
  }

  #start ({ key, peer }: DialRequest, now: number): DialJob {
    const wake = this.#timers.create('next address', now => { this.#advance(job, now) })
    const job = this.#sync.add(new DialJob(++this.#lastDial, key, peer, now, this.#epoch, this.blackHoles.handleRequest(), wake))

    return job
  }

  /** Ignored when the dial is over. */
  #change (now: number, dial: number, change: (job: DialJob) => void): void {
    const job = this.#sync.dial(dial)

    if (job !== undefined) {
      change(job)
      this.#settle(job, now)
    }
  }

  #settle (job: DialJob, now: number): void {
    this.#advance(job, now)
    this.#attempts.balance(now)
  }

  /** Dials what is due, answers who can be answered, and ends the dial when nobody is left. */
  #advance (job: DialJob, now: number): void {
    if (this.#sync.dial(job.id) === undefined) {
      return
    }

    // relayed addresses are of no use when all who would have taken one are gone
    if (!job.wantsRelay && job.requests.size > 0) {
      this.#attempts.dropRelays(job, now)
    }

    this.#intake.startRound(job, now)
    for (let batch = job.nextBatch(now); batch.length > 0; batch = job.nextBatch(now)) {
      for (const candidate of batch) {
        this.#attempts.enqueue(candidate, now)
      }
    }

    this.#timers.set(job.wake, job.nextDue())
    if (job.lookups.areOver && !job.live(false)) {
      this.#giveUp(job, now)
    } else if (job.lookups.areWaiting && job.isStarved) {
      this.#outputs.push({ type: 'needed', dial: job.id })
    }

    if (job.requests.size === 0) {
      this.#end(job, now)
    }
  }

  /** No direct address is left, and perhaps no relayed one either. */
  #giveUp (job: DialJob, now: number): void {
    const isOver = !job.live(true)

    for (const request of job.requests.values()) {
      if (isOver || request.forceDirect) {
        this.#refuse(job, request, dialFailure(job, request, this.backoff, now))
      }
    }
  }

  #succeed (candidate: Candidate, attempt: Attempt, { limited, direct }: { limited: boolean, direct: boolean }, now: number): void {
    const { job } = candidate
    candidate.state = 'ended'
    candidate.handshake = now - attempt.startedAt
    candidate.enter('succeeded', now)
    job.isConnected = true
    this.#outputs.push({ type: 'record', dial: job.id, record: copyRecord(candidate.record) })
    this.backoff.clear(job.key)

    for (const request of job.requests.values()) {
      if ((direct || !request.forceDirect) && (!limited || request.allowLimited)) {
        this.#sync.leave(job, request.id)
        this.#outputs.push({ type: 'connected', request: request.id, attempt: attempt.id })
      }
    }

    // before the slot is free: none of the addresses that wait for it is needed
    if (job.requests.size === 0) {
      this.#end(job, now)
    }

    this.#attempts.succeed(candidate, now)
  }

  #fail (candidate: Candidate, error: Error, kind: FailureKind, now: number): void {
    const { job } = candidate
    candidate.fail(error, now)
    this.#outputs.push({ type: 'record', dial: job.id, record: copyRecord(candidate.record) })

    // as go: not what fails beside a success, and once for all rounds
    if (!job.isConnected && candidate.failures === 1) {
      this.backoff.add(job.key, candidate.key, now, kind)
    }

    this.#advance(job, now)
  }

  #expire (job: DialJob, id: number, now: number): void {
    const request = job.requests.get(id)

    if (request !== undefined) {
      this.#refuse(job, request, dialFailure(job, request, this.backoff, now, timeoutCause(job, request)))
      this.#advance(job, now)
    }
  }

  #refuse (job: DialJob, { id }: PendingRequest, error: DialError): void {
    this.#sync.leave(job, id)
    job.wasRefused = true
    this.#outputs.push({ type: 'failed', request: id, error })
  }

  #end (job: DialJob, now: number): void {
    this.#sync.end(job)
    this.#attempts.cancel(job, now)
    job.trace.ended = now - job.startedAt
    job.trace.outcome = job.outcome
    this.#outputs.push({ type: 'ended', dial: job.id, trace: job.trace, dials: job.dials, learned: job.learned() })
  }
}
