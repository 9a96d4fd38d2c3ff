import { DIAL_TIMEOUT, DIAL_TIMEOUT_LOCAL, HANDSHAKE_PATIENCE, LONG_SILENCE, PUBLIC_TCP_DELAY, SHORTAGE_RETRY_DELAY, SILENCE } from './constants.ts'
import { DialTimeoutError } from './dial-errors.ts'
import { DialSlots } from './dial-slots.ts'
import { copyRecord } from './dial-trace.ts'
import { failureKind } from './failure-kind.ts'
import type { BlackHoleDetector } from './black-hole-detector.ts'
import type { Attempt, Candidate } from './dial-candidate.ts'
import type { DialJob } from './dial-job.ts'
import type { DialSchedulerInit } from './dial-options.ts'
import type { SlotUser } from './dial-slots.ts'
import type { FailureKind } from './failure-kind.ts'
import type { AbortReason, DialOutput } from './outputs.ts'
import type { Timers } from './timers.ts'
import type { DialPhase } from '@libp2p-ws/core'

/** An address is done with: its attempt failed, or its time is over. */
export type AttemptFailed = (candidate: Candidate, error: Error, kind: FailureKind, now: number) => void

export interface DialAttemptsContext {
  timers: Timers
  blackHoles: BlackHoleDetector
  output(output: DialOutput): void
  failed: AttemptFailed
}

/** The attempts in flight and in the queue: their slots, their timeouts, and how long they have been silent. */
export class DialAttempts implements SlotUser {
  readonly #slots: DialSlots
  readonly #timers: Timers
  readonly #output: (output: DialOutput) => void
  readonly #failed: AttemptFailed
  readonly #blackHoles: BlackHoleDetector
  readonly #inFlight = new Map<number, Candidate>()
  readonly #timeout: number
  readonly #timeoutLocal: number
  readonly #silence: number
  readonly #longSilence: number
  #lastId = 0

  constructor (init: DialSchedulerInit, { timers, blackHoles, output, failed }: DialAttemptsContext) {
    this.#slots = new DialSlots(init, this)
    this.#timers = timers
    this.#blackHoles = blackHoles
    this.#output = output
    this.#failed = failed
    this.#timeout = init.dialTimeout ?? DIAL_TIMEOUT
    this.#timeoutLocal = init.dialTimeoutLocal ?? DIAL_TIMEOUT_LOCAL
    this.#silence = init.silence ?? SILENCE
    this.#longSilence = init.longSilence ?? LONG_SILENCE
  }

  get inFlight (): number {
    return this.#inFlight.size
  }

  /** Candidates that want a slot and have none. */
  get waiting (): number {
    return this.#slots.size - this.#inFlight.size
  }

  get tokensTaken (): number {
    return this.#slots.tokensTaken
  }

  get (attempt: number): Candidate | undefined {
    return this.#inFlight.get(attempt)
  }

  /** Dials `candidate` as soon as the limits allow it. */
  enqueue (candidate: Candidate, now: number): void {
    candidate.state = 'queued'
    candidate.priority = candidate.job.priority
    this.#slots.enqueue(candidate, now)

    if (candidate.state === 'queued') {
      this.#enter(candidate, 'queued', now)
    }
  }

  /** The queued candidates of `job` take the place that its priority gives them now. */
  requeue (job: DialJob, now: number): void {
    for (const candidate of job.candidates.values()) {
      if (candidate.state === 'queued' && candidate.retry === undefined) {
        this.#slots.leave(candidate, now)
        candidate.priority = job.priority
        this.#slots.enqueue(candidate, now)
      }
    }
  }

  /** Nobody wants the relayed addresses of `job` for now: back to waiting with those that are not done. */
  dropRelays (job: DialJob, now: number): void {
    for (const candidate of this.#active(job)) {
      if (candidate.info.isRelay) {
        this.#cancel(candidate, now)
        candidate.state = 'waiting'
        this.#enter(candidate, 'waiting', now)
      }
    }
  }

  /** Nobody wants `job` any more. */
  cancel (job: DialJob, now: number): void {
    for (const candidate of [...job.waiting(), ...this.#active(job)]) {
      this.#cancel(candidate, now)
      candidate.state = 'ended'
      this.#enter(candidate, 'canceled', now)
    }
  }

  /** The attempt has made its connection. */
  succeed (candidate: Candidate, now: number): void {
    this.#blackHoles.recordResult(candidate.address, true, candidate.info)
    this.#release(candidate, now)
  }

  /** The attempt was answered with `error`. */
  fail (candidate: Candidate, { wasAnswered }: Attempt, error: Error, now: number): void {
    const kind = failureKind(error, wasAnswered)
    this.#release(candidate, now)

    if (kind === 'shortage') {
      this.#waitForResources(candidate, now)
    } else {
      this.#giveUp(candidate, error, kind, now)
    }
  }

  /** The attempt has come further. */
  progress (candidate: Candidate, attempt: Attempt, phase: 'connected' | 'securing' | 'muxing', now: number): void {
    if (!attempt.wasAnswered) {
      attempt.wasAnswered = true
      attempt.patience = Math.max(this.#silence, HANDSHAKE_PATIENCE * (now - attempt.startedAt))
    }

    // private dials are quick anyway; go: expectedTCPUpgradeTime
    if (phase === 'connected' && candidate.info.scope === 'public') {
      candidate.holdUntil = now + PUBLIC_TCP_DELAY
    }

    attempt.newsAt = now
    attempt.isSilent = false
    attempt.isLongSilent = false
    this.#slots.news(candidate)
    this.#timers.set(attempt.silence, now + attempt.patience)
    this.#enter(candidate, phase, now)
  }

  /** To be called after every input. */
  balance (now: number): void {
    this.#slots.balance(now)
  }

  /** Part of `SlotUser`. */
  startAttempt (candidate: Candidate, now: number): void {
    const { job } = candidate
    const attempt: Attempt = {
      id: ++this.#lastId,
      startedAt: now,
      newsAt: now,
      patience: this.#silence,
      wasAnswered: false,
      isSilent: false,
      isLongSilent: false,
      silence: this.#timers.create('silence', now => { this.#becomeSilent(candidate, attempt, now) }),
      timeout: this.#timers.create('timeout', now => { this.#timeOut(candidate, attempt, now) })
    }
    this.#inFlight.set(attempt.id, candidate)
    this.#timers.set(attempt.silence, now + attempt.patience)
    this.#timers.set(attempt.timeout, now + this.#timeoutOf(candidate) - candidate.spent)
    candidate.state = 'dialing'
    candidate.attempt = attempt
    candidate.tries++
    job.dials++
    this.#enter(candidate, 'connecting', now)
    this.#output({ type: 'connect', attempt: attempt.id, dial: job.id, address: candidate.address, ...(job.initiator === undefined ? {} : { initiator: job.initiator }) })
  }

  /** Part of `SlotUser`. */
  yieldAttempt (candidate: Candidate, next: Candidate, now: number): void {
    const { attempt } = candidate
    candidate.giveWay(next.wasTried, now - (attempt?.startedAt ?? now), next.wasTried ? this.#longSilence : this.#silence)

    // not worth another try
    if (attempt !== undefined && this.#timeoutOf(candidate) - candidate.spent < this.#silence) {
      this.#timeOut(candidate, attempt, now)
      return
    }

    this.#abort(candidate, 'yielded')
    this.#release(candidate, now)
    this.enqueue(candidate, now)
  }

  #becomeSilent (candidate: Candidate, attempt: Attempt, now: number): void {
    const longSilentAt = attempt.newsAt + Math.max(this.#longSilence, attempt.patience)
    attempt.isSilent = true
    attempt.isLongSilent = now >= longSilentAt
    this.#slots.silent(candidate)

    if (!attempt.isLongSilent) {
      this.#timers.set(attempt.silence, longSilentAt)
    }
  }

  #timeOut (candidate: Candidate, attempt: Attempt, now: number): void {
    this.#abort(candidate, 'timed out')
    this.#release(candidate, now)
    this.#giveUp(candidate, new DialTimeoutError('connecting', this.#timeoutOf(candidate)), attempt.wasAnswered ? 'remote' : 'unanswered', now)
  }

  #giveUp (candidate: Candidate, error: Error, kind: FailureKind, now: number): void {
    this.#blackHoles.recordResult(candidate.address, false, candidate.info)
    this.#failed(candidate, error, kind, now)
  }

  /** Those that have a slot come last: each slot given back would go to one that is cancelled next. */
  #active ({ candidates }: DialJob): Candidate[] {
    const all = [...candidates.values()]

    return [...all.filter(({ state }) => state === 'queued'), ...all.filter(({ state }) => state === 'dialing')]
  }

  #cancel (candidate: Candidate, now: number): void {
    if (candidate.attempt !== undefined) {
      this.#blackHoles.recordResult(candidate.address, false, candidate.info)
      this.#abort(candidate, 'canceled')
    }

    this.#release(candidate, now)
  }

  #abort ({ attempt }: Candidate, reason: AbortReason): void {
    if (attempt !== undefined) {
      this.#output({ type: 'abort', attempt: attempt.id, reason })
    }
  }

  /** The try did not count: the address comes up again when the host may have recovered. */
  #waitForResources (candidate: Candidate, now: number): void {
    candidate.state = 'queued'
    candidate.tries--
    candidate.retry = this.#timers.create('retry', now => {
      candidate.retry = undefined
      this.enqueue(candidate, now)
    })
    this.#timers.set(candidate.retry, now + SHORTAGE_RETRY_DELAY)
    this.#enter(candidate, 'queued', now)
  }

  #timeoutOf (candidate: Candidate): number {
    return candidate.info.scope === 'private' ? Math.min(this.#timeoutLocal, this.#timeout) : this.#timeout
  }

  #release (candidate: Candidate, now: number): void {
    const { attempt, retry } = candidate

    if (attempt !== undefined) {
      this.#inFlight.delete(attempt.id)
      this.#timers.cancel(attempt.silence)
      this.#timers.cancel(attempt.timeout)
      candidate.attempt = undefined
    }

    if (retry !== undefined) {
      this.#timers.cancel(retry)
      candidate.retry = undefined
    }

    this.#slots.leave(candidate, now)
  }

  #enter (candidate: Candidate, phase: DialPhase, now: number): void {
    candidate.enter(phase, now)
    this.#output({ type: 'record', dial: candidate.job.id, record: copyRecord(candidate.record) })
  }
}
