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
export interface WebSocketsInit {
  /** Options of the HTTP server that a /ws listener makes. Node. Default: none. */
  http?: http.ServerOptions

  /**
   * Options of the HTTPS server that a /tls/ws listener makes, `key` and `cert`
   * among them. Node. Default: those of `http`.
   */
  https?: https.ServerOptions

  /** Options of the TLS client: `ca`, `cert`, `key`, `rejectUnauthorized`, `checkServerIdentity`, … Node. Default: none. */
  tls?: tls.ConnectionOptions

  /** Headers of the upgrade request. Node. Default: none. */
  headers?: Record<string, string>

  /** Bytes that wait to be sent before writers are told to wait. Default 1,048,576. */
  maxBufferedAmount?: number

  /** Largest message taken from the far end, in bytes; a larger one closes the connection with 1009. Node. Default 16,777,216. */
  maxPayload?: number

  /** Milliseconds that a WebSocket may take to open, from the TCP handshake to the HTTP answer. Node. Default 15,000 (go-libp2p). */
  handshakeTimeout?: number

  /**
   * Pings on idle connections, which find a far end that is gone without saying
   * so; false for none. A far end that reads nothing for that long counts as
   * gone. Node: a browser cannot ping.
   */
  keepAlive?: KeepAliveOptions | false

  /** Milliseconds that `close` waits for the far end before it destroys the socket. Default 5,000. */
  closeTimeout?: number
}

/** What the transport uses of its host: js-libp2p's components have it all. */
export interface WebSocketsComponents {
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
  metrics?: Metrics
}

export const DEFAULT_MAX_BUFFERED_AMOUNT: number = 1024 * 1024
export const DEFAULT_MAX_PAYLOAD: number = 16 * 1024 * 1024

/** go-libp2p, p2p/transport/websocket, defaultHandshakeTimeout. */
export const DEFAULT_HANDSHAKE_TIMEOUT = 15_000
