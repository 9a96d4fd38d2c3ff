import { multiaddr } from '@multiformats/multiaddr'
import { addressOf } from './address-of.ts'
import { checkAddress } from './check-address.ts'
import { format } from './format.ts'
import type { WebSocketAddressInit } from './web-socket-address.ts'
import type { NetAddress } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Where to open the socket: the IP address or name that is written before the
 * port. With `/tls/sni/NAME` this is not NAME.
 *
 * @param ma - a `Multiaddr`, its string form, or the address parsed from one
 * @throws {WebSocketAddressError} where it is not a WebSocket address
 */
export function toNetAddress (ma: Multiaddr | string | WebSocketAddressInit): NetAddress {
  const { host, port, family, zone } = addressOf(ma)
  const address: NetAddress = { host, port }

  if (family !== undefined) {
    address.family = family
  }

  if (zone !== undefined) {
    address.zone = zone
  }

  return address
}

/** What a WebSocket multiaddr says beyond the net address; without it, `/ws`. */
export type WebSocketOptions = Partial<Pick<WebSocketAddressInit, 'secure' | 'form' | 'sni' | 'path' | 'peerId'>>

/**
 * The WebSocket multiaddr of a net address: `/ip4` or `/ip6` for an IP address, else
 * `/dns4`, `/dns6` or `/dns` as `family` says, then `/tcp`, then `/ws` or what the
 * options ask for.
 *
 * @throws {WebSocketAddressError} where a field cannot be used
 */
export function fromNetAddress (address: NetAddress, options: WebSocketOptions = {}): Multiaddr {
  return multiaddr(format(checkAddress({ ...options, ...address }, 'net address', address)))
}
