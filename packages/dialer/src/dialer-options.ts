import { InvalidValueError } from '@libp2p-ws/core'
import type { AddressBook } from './address-book.ts'
import type { DialSchedulerInit } from './sans-io/dial-options.ts'
import type { MultiaddrResolver } from '@libp2p/interface'
import type { Clock, DialTrace, DialTraceRecord } from '@libp2p-ws/core'

/** Times are in milliseconds. */
export interface DialerInit extends Omit<DialSchedulerInit, 'epoch'> {
  /** For one call, all addresses. Default 60,000. */
  dialPeerTimeout?: number

  /**
   * Turn names into addresses while the dial runs, as js-libp2p's option of the
   * same name. Default none: a name is then left to the transport, and `/dnsaddr`
   * is not dialed. `dnsaddrResolver` makes one.
   */
  resolvers?: Record<string, MultiaddrResolver>

  /** Where is kept which addresses worked. Default in memory, 1,000 peers. */
  addressBook?: AddressBook

  /** Told of everything that happens in any dial. */
  onTrace?(event: DialTraceEvent): void

  /** Default: the host's. */
  clock?: Clock
}

/** Something happened in a dial. `dial` is the same number for all events of one dial. */
export type DialTraceEvent =
  /** An address became known, or entered another phase. */
  | { type: 'record', dial: number, peer: string, record: DialTraceRecord }

  /** The dial is over. */
  | { type: 'ended', dial: number, peer: string, trace: DialTrace }

const LIMITS = ['fdLimit', 'perPeerLimit', 'maxAddresses', 'dialAttempts'] as const
const TIMES = ['dialTimeout', 'dialTimeoutLocal', 'dialPeerTimeout', 'silence', 'longSilence'] as const

/** @throws {InvalidValueError} where a limit is not at least 1, a time not above 0, or the rounds without end */
export function checkOptions (init: DialerInit): void {
  for (const name of LIMITS) {
    const value = init[name]

    if (value !== undefined && !(value >= 1)) {
      throw new InvalidValueError(name, value, `${name} has to be 1 or more, not ${value}`)
    }
  }

  if (init.dialAttempts === Infinity) {
    throw new InvalidValueError('dialAttempts', init.dialAttempts, 'dialAttempts has to be finite')
  }

  for (const name of TIMES) {
    const value = init[name]

    if (value !== undefined && !(value > 0)) {
      throw new InvalidValueError(name, value, `${name} has to be above 0 ms, not ${value}`)
    }
  }
}
