import { BuiltInFraming } from './built-in-framing.ts'
import { WsFraming } from './ws-framing.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { WebSocketTarget } from '../target.ts'
import type http from 'node:http'
import type net from 'node:net'

export interface UpgradeRequest {
  request: http.IncomingMessage
  socket: net.Socket

  /** What came behind it. */
  head: Buffer
}

/** What speaks WebSocket on sockets: makes the channels of one `webSockets()` call. */
export interface Framing {
  /**
   * Sends the upgrade request and waits for the answer.
   *
   * @param socket - connected; destroyed when it fails
   * @param target - what it leads to
   * @param signal - ends it at once
   * @throws {WebSocketConnectError} or the reason of the signal
   */
  connect(socket: net.Socket, target: WebSocketTarget, signal: AbortSignal): Promise<WebSocketChannel>

  /** Answers an upgrade request, and calls back within the same event, or refuses it. */
  accept(request: UpgradeRequest, onChannel: (channel: WebSocketChannel) => void): void
}

export function createFraming (init: WebSocketsInit): Framing {
  return init.framing === 'ws' ? new WsFraming(init) : new BuiltInFraming(init)
}
