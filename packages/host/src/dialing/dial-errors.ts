import { TimeoutError } from '@libp2p/interface'
import { DialError } from '@libp2p-ws/dialer'
import { DialDeniedError, NoValidAddressesError } from '../errors.ts'
import type { DialTrace } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The error of a dial under the name that js-libp2p gives it, since callers tell
 * errors apart by name:
 * - `DialDeniedError` when the gater refused the peer or every address
 * - `NoValidAddressesError` when there was no address to dial
 * - the resolver's error, when there was none because a name was not resolved
 * - what the one address failed with, when one was dialed
 * - our `DialError`, with the cause of each address, when several were
 *
 * The `DialError` is the cause of the first two.
 *
 * @param err - what the dialer rejected with
 * @param resolverFailure - what an address could not be resolved for
 */
export function asLibp2pError (err: unknown, resolverFailure: (address: Multiaddr) => unknown): unknown {
  if (!(err instanceof DialError)) {
    return err
  }

  // the dialed ones come first
  const dialed = err.trace.records.filter(({ started }) => started != null).length

  if (dialed > 0) {
    return dialed === 1 ? err.dialErrors[0]?.cause : err
  }

  if ([err.cause, ...err.dialErrors.map(({ cause }) => cause)].some(({ name }) => name === 'GaterDisallowedConnectionError')) {
    return new DialDeniedError(err.message, { cause: err })
  }

  if (err.cause.name === 'NoAddressesError' || err.cause.name === 'NoGoodAddressesError') {
    const unresolved = err.dialErrors.map(({ address }) => resolverFailure(address)).find(failure => failure != null)

    return err.cause.cause ?? unresolved ?? new NoValidAddressesError(err.message, { cause: err })
  }

  return err
}

/**
 * @param whom - the peer or addresses that were dialed
 * @param ms - how long that took
 * @param traces - the dials under way, of which those to `whom` say how far they came
 */
export function dialTimeoutError (whom: string, ms: number, traces: DialTrace[]): TimeoutError {
  const lines = traces
    .filter(({ peer }) => peer === whom)
    .flatMap(({ records }) => records.map(({ address, error, phase, skipped }) => `\n  * [${address}] ${error?.message ?? skipped ?? phase}`))

  return new TimeoutError(`the dial to ${whom} took longer than ${ms} ms${lines.join('')}`)
}
