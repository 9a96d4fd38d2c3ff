import { isMultiaddr } from '@multiformats/multiaddr'
import { checkAddress } from './check-address.ts'
import { parseWebSocketMultiaddr } from './parse.ts'
import type { WebSocketAddress, WebSocketAddressInit } from './web-socket-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The address in whichever form it was handed in. */
export function addressOf (ma: Multiaddr | string | WebSocketAddressInit): WebSocketAddress {
  return typeof ma === 'string' || isMultiaddr(ma) ? parseWebSocketMultiaddr(ma) : checkAddress(ma, 'address', ma)
}
