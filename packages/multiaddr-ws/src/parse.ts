import { isMultiaddr } from '@multiformats/multiaddr'
import { ObjectReader, StringReader } from './component-reader.ts'
import { WebSocketAddressError } from './errors.ts'
import { readAddress } from './grammar.ts'
import type { ComponentReader } from './component-reader.ts'
import type { WebSocketAddress } from './web-socket-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Takes a WebSocket multiaddr apart. IPv6 addresses come back as the URL standard
 * writes them and peer ids in base58; everything else is as it was written.
 *
 * @param ma - a `Multiaddr` or its string form
 * @throws {WebSocketAddressError} where that is anything but one whole WebSocket
 * multiaddr; `part` is the component at fault
 */
export function parseWebSocketMultiaddr (ma: Multiaddr | string): WebSocketAddress {
  const reader = readerOf(ma)
  const address = reader === undefined ? undefined : readAddress(reader)

  if (address !== undefined) {
    return address
  }

  throw new WebSocketAddressError('multiaddr', ma, reader?.fault?.part ?? '', reader?.fault?.reason ?? 'expected a Multiaddr or a string')
}

/**
 * Whether `parseWebSocketMultiaddr` takes the value. Throws nothing, whatever the
 * value is, and builds no error: use it to filter lists.
 */
export function isWebSocketMultiaddr (ma: unknown): boolean {
  const reader = readerOf(ma)

  return reader !== undefined && readAddress(reader) !== undefined
}

function readerOf (ma: unknown): ComponentReader | undefined {
  if (typeof ma === 'string') {
    return new StringReader(ma)
  }

  if (isMultiaddr(ma)) {
    return new ObjectReader(ma.getComponents())
  }
}
