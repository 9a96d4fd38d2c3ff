import type { AddressOutcome } from './address-history.ts'
import type { DialError } from './dial-errors.ts'
import type { DialTrace, DialTraceRecord } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What the scheduler wants done. `dial`, `attempt` and `request` are numbers that stand for one of each. */
export type DialOutput =
  /** Find addresses: `handleCandidates` for each batch, `handleLookupEnd` at the end. */
  | { type: 'lookup', dial: number }

  /** Have the sources that wait go on: `handleLookupWait` for each. */
  | { type: 'needed', dial: number }

  /** Connect, and answer with `handleDialUpdate`. */
  | { type: 'connect', attempt: number, dial: number, address: Multiaddr, initiator?: boolean }

  /** Stop an attempt; nothing it does is of interest any more. */
  | { type: 'abort', attempt: number, reason: AbortReason }

  /** `request` is answered by the connection of `attempt`. */
  | { type: 'connected', request: number, attempt: number }

  /** `request` cannot be answered. */
  | { type: 'failed', request: number, error: DialError }

  /** A record of the trace has changed; this is a snapshot. */
  | { type: 'record', dial: number, record: DialTraceRecord }

  /** A dial is over, and so are its lookups. */
  | { type: 'ended', dial: number, trace: DialTrace, dials: number, learned: AddressOutcome[] }

/**
 * - `timed out`: no connection within the time an address has
 * - `yielded`: another address of the queue gets the slot
 * - `canceled`: another address won, or nobody wants the peer any more
 */
export type AbortReason = 'timed out' | 'yielded' | 'canceled'

/** What is going on, in numbers. All 0 when nothing is. */
export interface DialLoad {
  /** Peers that are being dialed. */
  dials: number

  /** Callers that wait for one of them. */
  requests: number

  /** Attempts handed to the driver. */
  inFlight: number

  /** Addresses that wait for a free slot. */
  waiting: number
  tokensTaken: number
  timers: number
}
