import type { CertificatePaths } from './node/certificate-files.ts'
import type { ClientAddressSource } from './node/client-address.ts'
import type { ComponentLogger, Libp2pEvents, Metrics } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'
import type http from 'node:http'
import type https from 'node:https'
import type tls from 'node:tls'

/** When an idle connection is asked whether its far end is still there. Milliseconds. */
export interface KeepAliveOptions {
  /** A connection that received nothing for a whole interval is sent a ping. Default 15,000. */
  interval?: number

  /**
   * After a ping, nothing received for so long means that the far end is gone.
   * Default 30,000. A dead far end is found within `2 * interval + timeout`.
   */
  timeout?: number
}

/** Options of `webSockets()`. What is said to be Node's is ignored in browsers. */
export interface WebSocketsInit extends DialOptions, ListenOptions, ConnectionOptions {}

/** How connections are made. */
export interface DialOptions {
  /** Options of the TLS client: `ca`, `cert`, `key`, `rejectUnauthorized`, `checkServerIdentity`, … Node. Default: none. */
  tls?: tls.ConnectionOptions

  /**
   * The proxy that connections go through: an `http:`, `https:`, `socks4:` or
   * `socks5:` URL, with user and password where it wants them, or false for none.
   * Names are resolved by the proxy. Node. Default: what the environment says in
   * `HTTP_PROXY` (ws), `HTTPS_PROXY` (wss), `ALL_PROXY` and `NO_PROXY`, save for
   * loopback addresses.
   */
  proxy?: string | false

  /** Headers of the upgrade request. Node. Default: none. */
  headers?: Record<string, string>

  /**
   * Milliseconds that a WebSocket may take to open: when dialing, from the TCP
   * handshake to the HTTP answer; when listening, from the first byte to the end
   * of the upgrade request. Node. Default 15,000 (go-libp2p).
   */
  handshakeTimeout?: number
}

/** How connections are taken. All of it Node's. */
export interface ListenOptions {
  /** Options of the HTTP server that a /ws listener makes. Default: none. */
  http?: http.ServerOptions

  /** Options of the HTTPS server that a /tls/ws listener makes, `key` and `cert` among them. Default: those of `http`. */
  https?: https.ServerOptions

  /** Files with the certificate and key of /tls/ws listeners, PEM. When they change, the new ones are used for new connections. Default: none. */
  certificateFiles?: CertificatePaths

  /**
   * A server that is there already. Listeners take its upgrade requests instead
   * of opening a port; it is neither told to listen nor closed. Default: none.
   */
  server?: http.Server | https.Server

  /** Answers HTTP requests that are no WebSocket upgrades. Default: status 426. */
  requestHandler?: http.RequestListener

  /**
   * `requestHandler` is asked over HTTP/2 as well: with TLS by clients that want it
   * (ALPN), without TLS by those that begin with it. It gets requests and responses
   * of Node's HTTP/2 compatibility API then, with which not every framework works.
   * WebSockets go over HTTP/1.1 as before. Default false.
   */
  http2?: boolean

  /**
   * The web origins whose pages may connect, such as `https://example.com`. What
   * is no browser sends no origin and may always. Default: all.
   */
  allowedOrigins?: readonly string[] | ((origin: string) => boolean)

  /**
   * Reverse proxies, as IP addresses and CIDR ranges, that are believed when they
   * say whose connection they pass on. That address is then the connection's
   * `remoteAddr`, and what limits count. Default: none.
   */
  trustedProxies?: readonly string[]

  /**
   * Where a trusted proxy says it: name the one that yours sets itself, since
   * clients can put the others there. With `proxy-protocol`, version 1 or 2, what
   * comes from a trusted proxy without a PROXY header is refused, and a `server`
   * of the options cannot be used. Default `x-forwarded-for`.
   */
  clientAddressFrom?: ClientAddressSource

  /** Milliseconds from the TCP handshake to the first byte. Default 5,000. */
  firstByteTimeout?: number

  /** Milliseconds from the WebSocket upgrade until the connection is secured and has a muxer. Default 15,000. */
  inboundUpgradeTimeout?: number

  /** Sockets of one port that are no libp2p connection yet. Default 1,000. */
  maxPendingConnections?: number

  /** The same for one IPv4 address or IPv6 /56. Default 100. */
  maxPendingConnectionsPerAddress?: number

  /** WebSockets of one port. Default: no limit. */
  maxConnections?: number

  /** The same for one IPv4 address or IPv6 /56. Default: no limit. */
  maxConnectionsPerAddress?: number
}

/** What a connection does once it is open. */
export interface ConnectionOptions {
  /** Bytes that wait to be sent before writers are told to wait. Default 1,048,576. */
  maxBufferedAmount?: number

  /** Largest message taken from the far end, in bytes; a larger one closes the connection with 1009. Node. Default 16,777,216. */
  maxPayload?: number

  /**
   * Pings on idle connections, which find a far end that is gone without saying
   * so; false for none. A far end that reads nothing for that long counts as
   * gone. Node: a browser cannot ping. Default: pings, with the times of `KeepAliveOptions`.
   */
  keepAlive?: KeepAliveOptions | false

  /**
   * Who reads and writes frames: `built-in`, or the `ws` library, which is slower.
   * Node. Default `built-in`.
   */
  framing?: 'built-in' | 'ws'

  /** Milliseconds that `close` waits for the far end before it destroys the socket. Default 5,000. */
  closeTimeout?: number
}

/** What the transport uses of its host: js-libp2p's components have it all. */
export interface WebSocketsComponents {
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
  metrics?: Metrics
}

/** Milliseconds that `close` waits for the far end's close frame. */
export const DEFAULT_CLOSE_TIMEOUT = 5_000
export const DEFAULT_MAX_BUFFERED_AMOUNT: number = 1024 * 1024
export const DEFAULT_MAX_PAYLOAD: number = 16 * 1024 * 1024

/** go-libp2p, p2p/transport/websocket, defaultHandshakeTimeout. */
export const DEFAULT_HANDSHAKE_TIMEOUT = 15_000
export const DEFAULT_FIRST_BYTE_TIMEOUT = 5_000
export const DEFAULT_INBOUND_UPGRADE_TIMEOUT = 15_000
export const DEFAULT_MAX_PENDING = 1_000
export const DEFAULT_MAX_PENDING_PER_ADDRESS = 100
