import { parseWebSocketMultiaddr, toUrl } from '@libp2p-ws/multiaddr-ws'
import type { WebSocketAddress } from '@libp2p-ws/multiaddr-ws'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a dial needs to know of an address. */
export interface WebSocketTarget extends WebSocketAddress {
  /**
   * The same as a URL, for the upgrade request, for browsers and for people. The
   * name of `/sni` stands in it and not the host, and it has no IPv6 zone, since
   * no URL parser takes one.
   */
  url: string
}

/** @throws {WebSocketAddressError} when `ma` is no WebSocket address */
export function toTarget (ma: Multiaddr): WebSocketTarget {
  const address = parseWebSocketMultiaddr(ma)
  const { zone: _, ...zoneless } = address

  return { ...address, url: toUrl(zoneless) }
}
