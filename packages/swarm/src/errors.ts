import { Libp2pWsError } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** None of the addresses could be listened on; `failures` has a cause for each. */
export class ListenError extends Libp2pWsError {
  override readonly name = 'ListenError'
  readonly code = 'ERR_LISTEN_FAILED'
  readonly failures: ReadonlyArray<{ address: Multiaddr, cause: Error }>

  constructor (failures: ReadonlyArray<{ address: Multiaddr, cause: Error }>) {
    super(`could not listen on ${failures.map(({ address, cause }) => `${address} (${cause.message})`).join(', ')}`, { cause: failures[0]?.cause })
    this.failures = failures
  }
}

/** The gater said no; `method` is the hook of js-libp2p's `ConnectionGater` that did. */
export class ConnectionInterceptedError extends Libp2pWsError {
  override readonly name = 'ConnectionInterceptedError'
  readonly code = 'ERR_CONNECTION_INTERCEPTED'
  readonly method: string

  constructor (method: string) {
    super(`the connection gater's ${method} refused the connection`)
    this.method = method
  }
}

/** An inbound connection was over a limit or unwanted before it was looked at. */
export class ConnectionDeniedError extends Libp2pWsError {
  override readonly name = 'ConnectionDeniedError'
  readonly code = 'ERR_CONNECTION_DENIED'
}

/** No common security protocol, or its handshake failed; see `cause`. */
export class EncryptionFailedError extends Libp2pWsError {
  override readonly name = 'EncryptionFailedError'
  readonly code = 'ERR_ENCRYPTION_FAILED'
}

/** No common stream muxer, or a stream was wanted on a connection without one. */
export class MuxerUnavailableError extends Libp2pWsError {
  override readonly name = 'MuxerUnavailableError'
  readonly code = 'ERR_MUXER_UNAVAILABLE'
}

/** Nothing handles the protocol. */
export class UnhandledProtocolError extends Libp2pWsError {
  override readonly name = 'UnhandledProtocolError'
  readonly code = 'ERR_UNHANDLED_PROTOCOL'
}

/** The protocol has a handler already. */
export class DuplicateProtocolHandlerError extends Libp2pWsError {
  override readonly name = 'DuplicateProtocolHandlerError'
  readonly code = 'ERR_DUPLICATE_PROTOCOL_HANDLER'
}

/** The connection is closing or closed. Seed 003: ErrConnClosed. The name is js-libp2p's. */
export class ConnectionClosedError extends Libp2pWsError {
  override readonly name = 'ConnectionClosedError'
  readonly code = 'ERR_CONNECTION_CLOSED'
}

/**
 * A transport connected to another address than it was told to, and the gater
 * refuses that one. Seed 003: ErrAddrFiltered.
 */
export class AddressFilteredError extends Libp2pWsError {
  override readonly name = 'AddressFilteredError'
  readonly code = 'ERR_ADDRESS_FILTERED'
  readonly address: Multiaddr

  constructor (address: Multiaddr) {
    super(`the transport connected to ${address}, which the connection gater refuses`)
    this.address = address
  }
}

/** There were more connections than `limits.connections` allows, and this one was worth least. */
export class ConnectionTrimmedError extends Libp2pWsError {
  override readonly name = 'ConnectionTrimmedError'
  readonly code = 'ERR_CONNECTION_TRIMMED'
}

/** Two peers dialed each other at the same moment; both use the other connection. */
export class DuplicateConnectionError extends Libp2pWsError {
  override readonly name = 'DuplicateConnectionError'
  readonly code = 'ERR_DUPLICATE_CONNECTION'
}
