import type { OutboundConnectionUpgradeEvents } from '@libp2p/interface'

/**
 * How far a dial has come, in this order. A browser tells nothing between the
 * first and the last.
 *
 * - `websockets:open-connection`: the dial begins (js-libp2p's event)
 * - `websockets:resolved`: an IP address is known
 * - `websockets:tcp-connected`: the TCP handshake is done
 * - `websockets:tls-connected`: the TLS handshake is done; wss only
 * - `websockets:upgraded`: the far end answered 101
 */
export type WebSocketProgressType = 'websockets:open-connection' | WebSocketPhaseType

/** The end of a phase. */
export type WebSocketPhaseType =
  'websockets:resolved' |
  'websockets:tcp-connected' |
  'websockets:tls-connected' |
  'websockets:upgraded'

/** A progress event of the WebSocket transport; it carries no detail. */
export interface WebSocketProgressEvent {
  type: WebSocketProgressType
  detail: undefined
}

/** What `onProgress` of a dial is called with. */
export type WebSocketDialEvents = OutboundConnectionUpgradeEvents | WebSocketProgressEvent

/** Told of each phase as it is reached. */
export type OnPhase = (type: WebSocketPhaseType) => void
