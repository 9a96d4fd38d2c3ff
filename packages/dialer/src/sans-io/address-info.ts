import { CODE_DNS, CODE_DNS4, CODE_DNS6, CODE_DNSADDR, CODE_IP4, CODE_IP6, CODE_P2P_CIRCUIT, CODE_QUIC, CODE_QUIC_V1, CODE_TCP, CODE_UDP, CODE_UNIX, CODE_WEBRTC_DIRECT, CODE_WEBTRANSPORT, CODE_WS, CODE_WSS } from '@multiformats/multiaddr'
import { ipScope, nameScope } from './ip-ranges.ts'
import type { AddressScope } from './ip-ranges.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What ranking, filters and limits want to know of an address. Of a relayed address: of the way to the relay. */
export interface AddressInfo {
  /** Absent where the address names no host that one could dial. */
  scope?: AddressScope

  /** An IP literal or a DNS name. */
  host?: string

  /** Absent for names that may resolve to either. */
  family?: 4 | 6
  isIp: boolean
  transport: 'quic-v1' | 'quic' | 'webtransport' | 'tcp' | 'ws' | 'webrtc-direct' | 'other'

  /** Of TCP or UDP; 0 where there is none. */
  port: number
  isTcp: boolean
  isUdp: boolean
  isRelay: boolean

  /** Whether a dial holds a file descriptor; a relayed one does not, the relay's connection is there or is dialed by itself. */
  usesFd: boolean
}

export function addressInfo (address: Multiaddr): AddressInfo {
  const codes = new Set<number>()
  let host: { code: number, value: string } | undefined
  let port = 0

  for (const { code, value } of address.getComponents()) {
    codes.add(code)

    if (host === undefined && value !== undefined && HOST_CODES.has(code)) {
      host = { code, value }
    } else if (port === 0 && (code === CODE_TCP || code === CODE_UDP)) {
      port = Number(value)
    }
  }

  const isRelay = codes.has(CODE_P2P_CIRCUIT)
  const transport = transportOf(codes)
  const isTcp = transport === 'tcp' || transport === 'ws'

  return {
    ...(host === undefined ? { isIp: false } : hostInfo(host.code, host.value)),
    transport,
    port,
    isTcp,
    isUdp: codes.has(CODE_UDP),
    isRelay,
    usesFd: !isRelay && (isTcp || codes.has(CODE_UNIX))
  }
}

const HOST_CODES = new Set([CODE_IP4, CODE_IP6, CODE_DNS, CODE_DNS4, CODE_DNS6, CODE_DNSADDR])

function hostInfo (code: number, host: string): Pick<AddressInfo, 'scope' | 'host' | 'family' | 'isIp'> {
  switch (code) {
    case CODE_IP4:
      return { host, scope: ipScope(host), family: 4, isIp: true }
    case CODE_IP6:
      return { host, scope: ipScope(host), family: 6, isIp: true }
    case CODE_DNS4:
      return { host, scope: nameScope(host), family: 4, isIp: false }
    case CODE_DNS6:
      return { host, scope: nameScope(host), family: 6, isIp: false }
    default:
      return { host, scope: nameScope(host), isIp: false }
  }
}

function transportOf (codes: Set<number>): AddressInfo['transport'] {
  if (codes.has(CODE_WEBTRANSPORT)) {
    return 'webtransport'
  }

  if (codes.has(CODE_QUIC)) {
    return 'quic'
  }

  if (codes.has(CODE_QUIC_V1)) {
    return 'quic-v1'
  }

  // the specification allows /ws without a port
  if (codes.has(CODE_WS) || codes.has(CODE_WSS)) {
    return 'ws'
  }

  if (codes.has(CODE_TCP)) {
    return 'tcp'
  }

  return codes.has(CODE_WEBRTC_DIRECT) ? 'webrtc-direct' : 'other'
}
