import type { NetAddress } from '@libp2p-ws/core'

/**
 * How the multiaddr writes the WebSocket part. `wss` is the alias of `tls/ws`:
 * both mean WebSocket over TLS, and the form is kept so that an address is
 * written the way it was read.
 */
export type WebSocketForm = 'ws' | 'wss' | 'tls/ws'

/**
 * A WebSocket multiaddr taken apart. `host`, `port`, `family` and `zone` are
 * what to open the socket to; everything else is said on that socket.
 */
export interface WebSocketAddress extends NetAddress {
  /** True for TLS: every form but `ws`. */
  secure: boolean

  form: WebSocketForm

  /** True where the multiaddr has no `/tcp` and `port` is the scheme's default, 80 or 443. */
  implicitPort?: true

  /** The name to ask for in the TLS handshake and in the Host header; only with the form `tls/ws`. */
  sni?: string

  /**
   * The HTTP path to ask for, with its leading slash and with the percent-escapes
   * it has on the request line; absent for `/`.
   */
  path?: string

  /** The peer behind the address: a multihash in base58btc. */
  peerId?: string

  /** True where `/http-path` is written after `/p2p`; only with `path` and `peerId`. */
  pathAfterPeerId?: true
}

/**
 * What an address can be made from. A `WebSocketAddress` is one; by hand,
 * `{ host, port }` is enough: `secure` defaults to what `form` says, else to
 * false, and `form` to `tls/ws` where `secure` is true, else to `ws`.
 */
export interface WebSocketAddressInit extends NetAddress, Partial<Omit<WebSocketAddress, keyof NetAddress>> {}

/** The port that is meant where none is written. Source: RFC 6455 section 3; libp2p websockets spec. */
export function defaultPort (secure: boolean): 80 | 443 {
  return secure ? 443 : 80
}
