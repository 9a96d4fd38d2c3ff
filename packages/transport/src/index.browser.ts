/** The WebSocket transport of libp2p, for browsers and whatever else has a global `WebSocket`. It dials and does not listen. */
import { createListener } from './browser/listener.ts'
import { openWebSocket } from './browser/open.ts'
import { createTransport } from './websocket-transport.ts'
import type { WebSocketsComponents, WebSocketsInit } from './options.ts'
import type { Platform } from './platform.ts'
import type { WebSocketDialEvents } from './progress.ts'
import type { Transport } from '@libp2p/interface'

export { CannotListenError, ChannelTakenError, CloseTimeoutError, KeepAliveTimeoutError, UndialableAddressError, WebSocketClosedError, WebSocketConnectError, WebSocketProtocolError } from './errors.ts'
export type { UndialableReason } from './browser/eligibility.ts'
export type { ConnectPhase } from './errors.ts'
export type { KeepAliveOptions, WebSocketsComponents, WebSocketsInit } from './options.ts'
export type { WebSocketDialEvents, WebSocketProgressEvent, WebSocketProgressType } from './progress.ts'
export type { WebSocketCloseDetail } from './websocket-connection.ts'

/**
 * A libp2p transport over WebSockets: put the result in `transports` of
 * `createLibp2p`.
 */
export function webSockets (init: WebSocketsInit = {}): (components: WebSocketsComponents) => Transport<WebSocketDialEvents> {
  const platform: Platform = {
    async open (target, options) {
      return openWebSocket(target, init, options)
    },
    createListener
  }

  return components => createTransport(components, platform)
}
