import { multiaddr } from '@multiformats/multiaddr'
import { checkAddress } from './check-address.ts'
import { escapePath } from './http-path.ts'
import { isIPv4 } from './ip.ts'
import type { WebSocketAddress, WebSocketAddressInit } from './web-socket-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The string form of a WebSocket multiaddr: what `toWebSocketMultiaddr` prints,
 * without building a `Multiaddr`.
 *
 * @throws {WebSocketAddressError} where a field cannot be used; `part` is the
 * field's name and value
 */
export function formatWebSocketMultiaddr (address: WebSocketAddressInit): string {
  return format(checkAddress(address, 'address', address))
}

/**
 * The multiaddr of an address, the way back from `parseWebSocketMultiaddr`. A
 * path is put before the peer id unless `pathAfterPeerId` says otherwise.
 *
 * @throws {WebSocketAddressError} as `formatWebSocketMultiaddr` does
 */
export function toWebSocketMultiaddr (address: WebSocketAddressInit): Multiaddr {
  return multiaddr(formatWebSocketMultiaddr(address))
}

/** The string form of an address that was checked. */
export function format (address: WebSocketAddress): string {
  const port = address.implicitPort === true ? '' : `/tcp/${address.port}`
  const security = address.sni === undefined ? `/${address.form}` : `/tls/sni/${address.sni}/ws`
  const path = address.path === undefined ? '' : `/http-path/${escapePath(address.path)}`
  const peer = address.peerId === undefined ? '' : `/p2p/${address.peerId}`
  const tail = address.pathAfterPeerId === true ? `${peer}${path}` : `${path}${peer}`

  return `${formatHost(address)}${port}${security}${tail}`
}

function formatHost ({ host, family, zone }: WebSocketAddress): string {
  if (host.includes(':')) {
    return zone === undefined ? `/ip6/${host}` : `/ip6zone/${zone}/ip6/${host}`
  }

  return isIPv4(host) ? `/ip4/${host}` : `/dns${family ?? ''}/${host}`
}
