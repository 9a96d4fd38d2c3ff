import { addressOf } from './address-of.ts'
import { pathToUrl } from './http-path.ts'
import { defaultPort } from './web-socket-address.ts'
import type { WebSocketAddress, WebSocketAddressInit } from './web-socket-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The URL to open a WebSocket with, as a string: `ws://HOST[:PORT][PATH]`, `wss:`
 * for TLS. The default ports 80 and 443 are left out, names are in lower case, a
 * root path is not written. With `/tls/sni/NAME` the host is NAME, and what to
 * open the socket to is `toNetAddress`. A peer id has no place in a URL.
 *
 * An IPv6 zone is written as in RFC 6874, `[fe80::1%25eth0]`; `new URL` and
 * browsers refuse that, no standard of theirs has zones.
 *
 * @param ma - a `Multiaddr`, its string form, or the address parsed from one
 * @throws {WebSocketAddressError} where it is not a WebSocket address
 */
export function toUrl (ma: Multiaddr | string | WebSocketAddressInit): string {
  const address = addressOf(ma)
  const port = address.port === defaultPort(address.secure) ? '' : `:${address.port}`
  const path = address.path === undefined ? '' : pathToUrl(address.path)

  return `${address.secure ? 'wss' : 'ws'}://${urlHost(address)}${port}${path}`
}

function urlHost ({ host, zone, sni }: WebSocketAddress): string {
  if (sni !== undefined) {
    return sni.toLowerCase()
  }

  if (!host.includes(':')) {
    return host.toLowerCase()
  }

  return zone === undefined ? `[${host}]` : `[${host}%25${encodeURIComponent(zone)}]`
}
