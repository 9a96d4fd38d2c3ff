import { Libp2pWsError } from '@libp2p-ws/core'

/** A component was asked for that the node was not given. */
export class MissingServiceError extends Libp2pWsError {
  override readonly name = 'MissingServiceError'
  readonly code = 'ERR_MISSING_SERVICE'

  constructor (component: string) {
    super(`${component} not set`)
  }
}

/** A service depends on a capability that nothing in the node has. */
export class UnmetServiceDependenciesError extends Libp2pWsError {
  override readonly name = 'UnmetServiceDependenciesError'
  readonly code = 'ERR_UNMET_SERVICE_DEPENDENCIES'

  constructor (service: string, capability: string) {
    super(`service "${service}" needs "${capability}", which no component provides; add the service that does`)
  }
}

/** No transport listens on such an address. */
export class UnsupportedListenAddressError extends Libp2pWsError {
  override readonly name = 'UnsupportedListenAddressError'
  readonly code = 'ERR_UNSUPPORTED_LISTEN_ADDRESS'

  constructor (address: string) {
    super(`no transport was configured to listen on ${address}`)
  }
}

/** Not every configured address could be listened on; `failures` has a cause for each. */
export class UnsupportedListenAddressesError extends Libp2pWsError {
  override readonly name = 'UnsupportedListenAddressesError'
  readonly code = 'ERR_UNSUPPORTED_LISTEN_ADDRESSES'
  readonly failures: ReadonlyMap<string, Error>

  constructor (failures: ReadonlyMap<string, Error>) {
    const lines = [...failures].map(([address, error]) => `  ${address}: ${error.message}`)

    super(`could not listen on every configured address; remove some, or set transportManager.faultTolerance to NO_FATAL:\n${lines.join('\n')}`, {
      cause: [...failures.values()][0]
    })
    this.failures = failures
  }
}

/** No configured transport dials the address. */
export class TransportUnavailableError extends Libp2pWsError {
  override readonly name = 'TransportUnavailableError'
  readonly code = 'ERR_TRANSPORT_UNAVAILABLE'

  constructor (address: string) {
    super(`no transport available for address ${address}`)
  }
}

/** Of the addresses of a dial, none can be dialed. */
export class NoValidAddressesError extends Libp2pWsError {
  override readonly name = 'NoValidAddressesError'
  readonly code = 'ERR_NO_VALID_ADDRESSES'
}

/** The connection gater refused the peer or every address of a dial. */
export class DialDeniedError extends Libp2pWsError {
  override readonly name = 'DialDeniedError'
  readonly code = 'ERR_DIAL_DENIED'
}

/** `maxDialQueueLength` dials are waiting or under way. */
export class DialQueueFullError extends Libp2pWsError {
  // js-libp2p's name for it
  override readonly name = 'DialError'
  readonly code = 'ERR_DIAL_QUEUE_FULL'

  constructor (limit: number) {
    super(`dial queue is full: maxDialQueueLength is ${limit}`)
  }
}

/** dnsaddr records led to dnsaddr records, deeper than the limit. */
export class RecursionLimitError extends Libp2pWsError {
  override readonly name = 'RecursionLimitError'
  readonly code = 'ERR_RECURSION_LIMIT'
}

/** No DNS server has records of the name, and not every one of them answered; `errors` has what they failed with. */
export class DNSLookupError extends Libp2pWsError {
  override readonly name = 'DNSLookupError'
  readonly code = 'ERR_DNS_LOOKUP'
  readonly errors: readonly unknown[]

  constructor (name: string, errors: readonly unknown[]) {
    super(`DNS lookup of ${name} failed`, { cause: errors[0] })
    this.errors = errors
  }
}

/** Content routing was asked, and no content router is configured. */
export class NoContentRoutersError extends Libp2pWsError {
  override readonly name = 'NoContentRoutersError'
  readonly code = 'ERR_NO_CONTENT_ROUTERS'
}

/** Peer routing was asked, and no peer router is configured. */
export class NoPeerRoutersError extends Libp2pWsError {
  override readonly name = 'NoPeerRoutersError'
  readonly code = 'ERR_NO_PEER_ROUTERS'
}

/** Peer routing was asked for the node's own id. */
export class QueriedForSelfError extends Libp2pWsError {
  override readonly name = 'QueriedForSelfError'
  readonly code = 'ERR_QUERIED_FOR_SELF'
}
