import { AddressSkippedError, AllDialsFailedError, DialBackoffError, DialError, DialSlotTimeoutError, DialTimeoutError, LimitedConnectionError, NoAddressesError, NoGoodAddressesError, skipError } from './dial-errors.ts'
import { copyTrace } from './dial-trace.ts'
import type { DialBackoff } from './dial-backoff.ts'
import type { Candidate } from './dial-candidate.ts'
import type { PendingRequest, DialJob } from './dial-job.ts'

/** Why `request` gets no connection. `cause` is found out when it is not given. */
export function dialFailure (job: DialJob, request: PendingRequest, backoff: DialBackoff, now: number, cause: Error = exhaustedCause(job, backoff, now)): DialError {
  const { trace, candidates, overflow } = job
  const failures = [...candidates.values()]
    .sort((a, b) => Number(b.tries > 0) - Number(a.tries > 0))
    .map(candidate => ({ address: candidate.address, error: candidateError(candidate, request, backoff, now) }))

  return new DialError({ peer: trace.peer, cause, failures, overflow, trace: { ...copyTrace(trace), ended: now - job.startedAt, outcome: 'failed' } })
}

/** The cause when the time of `request` is over. */
export function timeoutCause (job: DialJob, request: PendingRequest): Error {
  // a peer is not called unreachable while it has addresses that our limits kept from being tried
  const isShort = [...job.candidates.values()].some(({ state, wasTried }) => state === 'queued' && !wasTried)

  return isShort
    ? new DialSlotTimeoutError(`the limits of this host left addresses untried for ${request.timeout} ms`)
    : new DialTimeoutError('the dial', request.timeout)
}

function exhaustedCause (job: DialJob, backoff: DialBackoff, now: number): Error {
  const candidates = [...job.candidates.values()]
  const cause = job.lookups.error
  const why = cause === undefined ? '' : `: ${cause.message}`

  if (candidates.length === 0) {
    return new NoAddressesError(`no addresses${why}`, { cause })
  }

  if (candidates.some(({ record }) => record.phase === 'succeeded')) {
    return new LimitedConnectionError('only a limited connection could be had')
  }

  if (candidates.some(({ tries }) => tries > 0)) {
    return new AllDialsFailedError('all dials failed')
  }

  const waits = candidates.filter(({ skipped }) => skipped === 'backoff').map(candidate => backoffLeft(candidate, backoff, now))

  return waits.length > 0 ? new DialBackoffError(Math.min(...waits)) : new NoGoodAddressesError(`no good addresses${why}`, { cause })
}

function candidateError (candidate: Candidate, request: PendingRequest, backoff: DialBackoff, now: number): Error {
  if (candidate.error !== undefined) {
    return candidate.error
  }

  if (candidate.skipped !== undefined) {
    return skipError(candidate.skipped, backoffLeft(candidate, backoff, now))
  }

  if (candidate.record.phase === 'succeeded') {
    return new LimitedConnectionError('the connection is limited, or goes through a relay')
  }

  if (request.forceDirect && candidate.info.isRelay) {
    return new AddressSkippedError('not dialed: relayed, and a direct connection was wanted')
  }

  return candidate.state === 'dialing'
    ? new DialTimeoutError('no answer yet, the dial', request.timeout)
    : new AddressSkippedError(candidate.tries > 0 ? 'no answer' : 'not dialed: its turn had not come')
}

function backoffLeft (candidate: Candidate, backoff: DialBackoff, now: number): number {
  return (backoff.until(candidate.peer, candidate.key, now) ?? now) - now
}
