import { isLinkLocal6, isUnspecified } from './ip-ranges.ts'
import type { AddressInfo } from './address-info.ts'

/** Why an address is not dialed. The driver finds the first five, the machine the rest. */
export type SkipReason =
  | 'no transport'
  | 'gater'
  | 'other peer'
  | 'not resolved'
  | 'invalid address'
  | 'backoff'
  | 'black hole'
  | 'own address'
  | 'unspecified address'
  | 'link-local address'
  | 'lower priority'
  | 'not ranked'

/** What of an address can be refused without knowing anything else. go: filterKnownUndialables. */
export function skipByAddress (info: AddressInfo, key: string, ownAddresses: ReadonlySet<string>): SkipReason | undefined {
  if (!info.isRelay && ownAddresses.has(key)) {
    return 'own address'
  }

  if (!info.isIp || info.host === undefined) {
    return
  }

  // whoever listens there advertises the addresses of the interfaces too
  if (isUnspecified(info.host)) {
    return 'unspecified address'
  }

  // means something only on the link it was learned on, which the address does not tell
  return isLinkLocal6(info.host) ? 'link-local address' : undefined
}

/**
 * The better address on the same host and port, for which this one is skipped:
 * QUIC v1 for draft-29 and WebTransport, TCP for WebSocket. Absent where there
 * is no such thing as better. go: filterLowPriorityAddresses.
 */
export function betterEndpoint (info: AddressInfo): string | undefined {
  switch (info.transport) {
    case 'quic':
    case 'webtransport':
      return endpoint('quic-v1', info)
    case 'ws':
      return endpoint('tcp', info)
    default:
      return undefined
  }
}

/** What `betterEndpoint` of a worse address on the same host and port returns. */
export function endpoint (transport: AddressInfo['transport'], info: AddressInfo): string | undefined {
  return info.host === undefined || info.isRelay || !info.isIp ? undefined : `${transport} ${info.host} ${info.port}`
}
