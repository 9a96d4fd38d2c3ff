import { Libp2pWsError } from '@libp2p-ws/core'
import { MAX_DIAL_ERRORS } from './constants.ts'
import type { SkipReason } from './address-filter.ts'
import type { DialTrace } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The address failed a short while ago and is left alone until then. Seed 003: ErrDialBackoff. */
export class DialBackoffError extends Libp2pWsError {
  override readonly name = 'DialBackoffError'
  readonly code = 'ERR_DIAL_BACKOFF'

  /** Ms until it is dialed again. */
  readonly wait: number

  constructor (wait: number) {
    super(`dialed too recently, next try in ${Math.ceil(wait)} ms`)
    this.wait = wait
  }
}

/** Seed 003: ErrDialToSelf. */
export class DialToSelfError extends Libp2pWsError {
  override readonly name = 'DialToSelfError'
  readonly code = 'ERR_DIAL_TO_SELF'
}

/** Seed 003: ErrNoTransport. */
export class NoTransportError extends Libp2pWsError {
  override readonly name = 'NoTransportError'
  readonly code = 'ERR_NO_TRANSPORT'
}

/** Every address that could be dialed failed. Seed 003: ErrAllDialsFailed. */
export class AllDialsFailedError extends Libp2pWsError {
  override readonly name = 'AllDialsFailedError'
  readonly code = 'ERR_ALL_DIALS_FAILED'
}

/** No address of the peer is known. Seed 003: ErrNoAddresses. */
export class NoAddressesError extends Libp2pWsError {
  override readonly name = 'NoAddressesError'
  readonly code = 'ERR_NO_ADDRESSES'
}

/** Addresses are known, none of them can be dialed. Seed 003: ErrNoGoodAddresses. */
export class NoGoodAddressesError extends Libp2pWsError {
  override readonly name = 'NoGoodAddressesError'
  readonly code = 'ERR_NO_GOOD_ADDRESSES'
}

/** Seed 003: ErrGaterDisallowedConnection. */
export class GaterDisallowedConnectionError extends Libp2pWsError {
  override readonly name = 'GaterDisallowedConnectionError'
  readonly code = 'ERR_GATER_DISALLOWED_CONNECTION'
}

/** Seed 003: ErrDialTimeout. */
export class DialTimeoutError extends Libp2pWsError {
  override readonly name = 'DialTimeoutError'
  readonly code = 'ERR_DIAL_TIMEOUT'

  /** The time that was given, ms. */
  readonly timeout: number

  constructor (what: string, timeout: number) {
    super(`${what} timed out after ${timeout} ms`)
    this.timeout = timeout
  }
}

/** The time was over before a dial could start, because a limit of this host was reached. Says nothing about the peer. */
export class DialSlotTimeoutError extends Libp2pWsError {
  override readonly name = 'DialSlotTimeoutError'
  readonly code = 'ERR_DIAL_SLOT_TIMEOUT'
}

/** The class of addresses leads nowhere from this network. go: ErrDialRefusedBlackHole. */
export class BlackHoleError extends Libp2pWsError {
  override readonly name = 'BlackHoleError'
  readonly code = 'ERR_BLACK_HOLE'
}

/** Dialing would not have made sense; the message says why. */
export class AddressSkippedError extends Libp2pWsError {
  override readonly name = 'AddressSkippedError'
  readonly code = 'ERR_ADDRESS_SKIPPED'
}

/** The address leads to another peer than the one that was asked for. */
export class UnexpectedPeerError extends Libp2pWsError {
  override readonly name = 'UnexpectedPeerError'
  readonly code = 'ERR_UNEXPECTED_PEER'
}

/** Only a limited connection could be had, and the caller did not want one. */
export class LimitedConnectionError extends Libp2pWsError {
  override readonly name = 'LimitedConnectionError'
  readonly code = 'ERR_LIMITED_CONNECTION'
}

/** No connection is open and the caller said not to dial. */
export class NoConnectionError extends Libp2pWsError {
  override readonly name = 'NoConnectionError'
  readonly code = 'ERR_NO_CONNECTION'
}

/** Why one address was not connected to. Seed 003: TransportError. */
export class TransportError extends Libp2pWsError {
  override readonly name = 'TransportError'
  readonly code = 'ERR_TRANSPORT'
  readonly address: Multiaddr
  override readonly cause: Error

  constructor (address: Multiaddr, cause: Error) {
    super(`failed to dial ${address}: ${cause.message}`)
    this.address = address
    this.cause = cause
  }
}

export interface DialErrorInit {
  /** The peer's id; empty when the addresses named no peer. */
  peer: string

  /** What kept the dial as a whole from succeeding. */
  cause: Error
  failures: ReadonlyArray<{ address: Multiaddr, error: Error }>

  /** Addresses that were not even looked at, because there were too many. */
  overflow: number
  trace: DialTrace
}

// a message is read in a log line or a terminal; `dialErrors` and `trace` have the rest
const ADDRESSES_IN_MESSAGE = 8
const LONGEST_CAUSE = 160

/** No connection came of a dial. Seed 003: DialError. */
export class DialError extends Libp2pWsError {
  override readonly name = 'DialError'
  readonly code = 'ERR_DIAL_FAILED'

  /** The peer's id; empty when the addresses named no peer. */
  readonly peer: string
  override readonly cause: Error

  /** A cause for each address, at most 16; dialed ones before skipped ones. */
  readonly dialErrors: readonly TransportError[]

  /** Addresses beyond those. */
  readonly skipped: number

  /** Everything the dial did, for each address. */
  readonly trace: DialTrace

  constructor ({ peer, cause, failures, overflow, trace }: DialErrorInit) {
    super(dialErrorMessage(peer, cause, failures, overflow))
    this.peer = peer
    this.cause = cause
    this.dialErrors = failures.slice(0, MAX_DIAL_ERRORS).map(({ address, error }) => new TransportError(address, error))
    this.skipped = overflow + failures.length - this.dialErrors.length
    this.trace = trace
  }

  /** Whether it was the time that was over, and not the addresses. Seed 003: Timeout. */
  get timeout (): boolean {
    return this.cause instanceof DialTimeoutError || this.cause instanceof DialSlotTimeoutError
  }
}

function dialErrorMessage (peer: string, cause: Error, failures: DialErrorInit['failures'], overflow: number): string {
  const lines = failures.slice(0, ADDRESSES_IN_MESSAGE).map(({ address, error }) => `\n  * [${address}] ${shortened(error.message)}`)
  const rest = overflow + failures.length - lines.length

  return `failed to dial ${peer === '' ? 'any address' : peer}: ${shortened(cause.message)}${lines.join('')}${rest > 0 ? `\n  … and ${rest} more` : ''}`
}

function shortened (message: string): string {
  const [line = ''] = message.split('\n', 1)

  return line.length > LONGEST_CAUSE ? `${line.slice(0, LONGEST_CAUSE - 1)}…` : line
}

/** The error for an address that was skipped. `wait`: ms of backoff left. */
export function skipError (reason: SkipReason, wait: number): Error {
  switch (reason) {
    case 'backoff':
      return new DialBackoffError(wait)
    case 'no transport':
      return new NoTransportError('no transport takes this address')
    case 'gater':
      return new GaterDisallowedConnectionError('the connection gater refused this address')
    case 'black hole':
      return new BlackHoleError('refused because such addresses lead nowhere from this network')
    case 'own address':
      return new DialToSelfError('this host listens on this address')
    case 'other peer':
      return new UnexpectedPeerError('the address belongs to another peer')
    case 'not resolved':
      return new AddressSkippedError('the name could not be resolved')
    default:
      return new AddressSkippedError(`not dialed: ${reason}`)
  }
}
