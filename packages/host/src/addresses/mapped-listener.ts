import { isPrivateIp } from '@libp2p/utils'
import { QUIC_V1, TCP, WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import { ipConfig } from './net-config.ts'
import type { IPMapping } from './ip-mappings.ts'
import type { Listener } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

const KINDS: Array<(address: Multiaddr) => boolean> = [
  address => WebSockets.exactMatch(address) || WebSocketsSecure.exactMatch(address),
  address => TCP.exactMatch(address),
  address => QUIC_V1.exactMatch(address)
]

/** 127.0.0.0/8 and ::1 (RFC 6890). */
const LOOPBACK = /^(127\.|::1$)/

/**
 * The listener that a router passes connections to `observed` on to, when there
 * can be no doubt: a public IPv4 address, and one listener of that kind. A
 * router may map any port to any other, so with two there is no telling.
 */
export function mappedListener (observed: Multiaddr, listeners: Listener[]): IPMapping | undefined {
  const external = ipConfig(observed)
  const isKind = KINDS.find(kind => kind(observed))

  if (isKind == null || external?.type !== 'ip4' || external.port == null || isPrivateIp(external.host) === true) {
    return undefined
  }

  const candidates = listeners.filter(listener => listener.getAddrs().some(address => ipConfig(address)?.type === 'ip4' && isKind(address)))
  const address = candidates.length === 1 ? candidates[0]?.getAddrs().findLast(own => !LOOPBACK.test(ipConfig(own)?.host ?? '')) : undefined
  const internal = address == null ? undefined : ipConfig(address)

  if (internal?.port == null) {
    return undefined
  }

  return {
    internalIp: internal.host,
    internalPort: internal.port,
    externalIp: external.host,
    externalPort: external.port,
    protocol: external.protocol ?? 'tcp'
  }
}
