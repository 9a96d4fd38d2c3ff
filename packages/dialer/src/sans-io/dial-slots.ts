import { DialLimiter } from './dial-limiter.ts'
import type { Candidate } from './dial-candidate.ts'
import type { DialLimiterInit, TokenStep } from './dial-limiter.ts'

/** What happens to candidates that get and lose a slot. */
export interface SlotUser {
  /** All tokens are there: dial. */
  startAttempt(candidate: Candidate, now: number): void

  /** The slot goes to `next`: stop dialing, and queue again. */
  yieldAttempt(candidate: Candidate, next: Candidate, now: number): void
}

/**
 * Who may dial. Within the limiter's limits, an attempt that has been silent
 * gives its slot to a candidate that waits for it, so that dead addresses do not
 * keep live ones from being tried until they time out.
 *
 * An address that was never tried takes the slot of any silent attempt. One that
 * was tried takes only that of an attempt long silent, and of each address only
 * once: a slow host has to have its time. It waits behind all that were never
 * tried.
 */
export class DialSlots {
  readonly #limiter: DialLimiter<Candidate>
  readonly #user: SlotUser

  /** Silent attempts by the tokens they hold, the longest silent first. */
  readonly #silent = new Map<string, Set<Candidate>>()

  /** Tokens for which somebody began to wait or fell silent since the last `balance`. */
  readonly #changed = new Set<string>()

  constructor (init: DialLimiterInit, user: SlotUser) {
    this.#limiter = new DialLimiter(init)
    this.#user = user
  }

  /** Candidates that have or want a slot. */
  get size (): number {
    return this.#limiter.size
  }

  get tokensTaken (): number {
    return this.#limiter.tokensTaken
  }

  /** `candidate` wants to be dialed. */
  enqueue (candidate: Candidate, now: number): void {
    this.#apply([this.#limiter.add(candidate)], now)
  }

  /** `candidate` gives back what it has, or stops waiting. */
  leave (candidate: Candidate, now: number): void {
    this.news(candidate)
    this.#apply(this.#limiter.remove(candidate), now)
  }

  /** The attempt has just become silent, or long silent. */
  silent (candidate: Candidate): void {
    for (const token of this.#limiter.tokensFor(candidate)) {
      const holders = this.#silent.get(token) ?? new Set()
      this.#silent.set(token, holders.add(candidate))
      this.#changed.add(token)
    }
  }

  /** The attempt is not silent any more, or over. */
  news (candidate: Candidate): void {
    for (const token of this.#limiter.tokensFor(candidate)) {
      const holders = this.#silent.get(token)

      if (holders?.delete(candidate) === true && holders.size === 0) {
        this.#silent.delete(token)
      }
    }
  }

  /** Lets waiting candidates have the slots of silent attempts. To be called after every input. */
  balance (now: number): void {
    for (const token of this.#changed) {
      this.#changed.delete(token)
      const waiting = this.#limiter.firstWaiting(token)
      const silent = waiting === undefined ? undefined : this.#replaceable(token, waiting)

      if (waiting !== undefined && silent !== undefined) {
        this.#user.yieldAttempt(silent, waiting, now)
        this.#changed.add(token)
      }
    }
  }

  #replaceable (token: string, waiting: Candidate): Candidate | undefined {
    for (const candidate of this.#silent.get(token) ?? []) {
      if (!waiting.wasTried || (candidate.attempt?.isLongSilent === true && !candidate.hasGivenWay)) {
        return candidate
      }
    }
  }

  #apply (steps: Array<TokenStep<Candidate>>, now: number): void {
    for (const { dial, waitsFor } of steps) {
      if (waitsFor === undefined) {
        this.#user.startAttempt(dial, now)
      } else {
        this.#changed.add(waitsFor)
      }
    }
  }
}
