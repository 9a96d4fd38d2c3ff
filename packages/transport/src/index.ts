/**
 * The WebSocket transport of libp2p, for Node. Bundlers that build for browsers
 * take `index.browser.ts` by the `browser` condition of package.json.
 */
import { createListener } from './node/listener.ts'
import { openWebSocket } from './node/open.ts'
import { createTransport } from './websocket-transport.ts'
import type { WebSocketsComponents, WebSocketsInit } from './options.ts'
import type { WebSocketDialEvents } from './progress.ts'
import type { Transport } from '@libp2p/interface'

export { CannotListenError, KeepAliveTimeoutError, WebSocketClosedError, WebSocketConnectError, WebSocketProtocolError } from './errors.ts'
export type { ConnectPhase } from './errors.ts'
export type { KeepAliveOptions, WebSocketsComponents, WebSocketsInit } from './options.ts'
export type { WebSocketDialEvents, WebSocketProgressEvent, WebSocketProgressType } from './progress.ts'
export type { WebSocketCloseDetail } from './websocket-connection.ts'

/**
 * A libp2p transport over WebSockets: put the result in `transports` of
 * `createLibp2p`.
 */
export function webSockets (init: WebSocketsInit = {}): (components: WebSocketsComponents) => Transport<WebSocketDialEvents> {
  return components => createTransport(components, init, { open: openWebSocket, createListener })
}
