/**
 * The WebSocket transport of libp2p, for Node. Bundlers that build for browsers
 * take `index.browser.ts` by the `browser` condition of package.json.
 */
import { createFraming } from './node/framing.ts'
import { WebSocketListener } from './node/listener.ts'
import { openWebSocket } from './node/open.ts'
import { Ports } from './node/ports.ts'
import { parseProxyUrl } from './node/proxy.ts'
import { createTransport } from './websocket-transport.ts'
import type { WebSocketsComponents, WebSocketsInit } from './options.ts'
import type { Platform } from './platform.ts'
import type { WebSocketDialEvents } from './progress.ts'
import type { Transport } from '@libp2p/interface'

export { CannotListenError, ChannelTakenError, CloseTimeoutError, KeepAliveTimeoutError, UndialableAddressError, WebSocketClosedError, WebSocketConnectError, WebSocketProtocolError } from './errors.ts'
export type { UndialableReason } from './browser/eligibility.ts'
export type { ConnectPhase } from './errors.ts'
export type { ClientAddressSource } from './node/client-address.ts'
export type { KeepAliveOptions, WebSocketsComponents, WebSocketsInit } from './options.ts'
export type { WebSocketDialEvents, WebSocketProgressEvent, WebSocketProgressType } from './progress.ts'
export type { WebSocketCloseDetail } from './websocket-connection.ts'

/**
 * A libp2p transport over WebSockets: put the result in `transports` of
 * `createLibp2p`. Nodes that are given the same result can share a port, each
 * with its own `/http-path`.
 *
 * @throws {InvalidValueError} when an option cannot be used
 */
export function webSockets (init: WebSocketsInit = {}): (components: WebSocketsComponents) => Transport<WebSocketDialEvents> {
  if (typeof init.proxy === 'string') {
    parseProxyUrl(init.proxy)
  }

  const framing = createFraming(init)
  const ports = new Ports(init, framing)
  const platform: Platform = {
    async open (target, options) {
      return openWebSocket(target, { init, framing }, options)
    },
    createListener (components, { upgrader }, metrics) {
      return new WebSocketListener(components, { init, ports, upgrader, metrics })
    }
  }

  return components => createTransport(components, platform)
}
