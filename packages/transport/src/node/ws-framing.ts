import { WebSocket, WebSocketServer } from 'ws'
import { WebSocketConnectError } from '../errors.ts'
import { channelSettings } from './channel-settings.ts'
import { WsChannel } from './ws-channel.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type { Framing, UpgradeRequest } from './framing.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { WebSocketTarget } from '../target.ts'
import type { IncomingMessage } from 'node:http'
import type net from 'node:net'
import type { ClientOptions } from 'ws'

/** Handshake and frames by `ws`. */
export class WsFraming implements Framing {
  readonly #headers: Record<string, string>
  readonly #settings: ChannelSettings
  /** `closeTimeout` is missing in the types of `ws`. */
  readonly #options: ClientOptions & { perMessageDeflate: false, closeTimeout: number }
  readonly #server: WebSocketServer

  constructor (init: WebSocketsInit) {
    this.#headers = init.headers ?? {}
    this.#settings = channelSettings(init)
    this.#options = {
      // What libp2p sends is encrypted: it does not compress.
      perMessageDeflate: false,
      maxPayload: this.#settings.maxPayload,
      closeTimeout: this.#settings.closeTimeout
    }
    this.#server = new WebSocketServer({ ...this.#options, noServer: true, clientTracking: false })
  }

  connect (socket: net.Socket, target: WebSocketTarget, signal: AbortSignal): Promise<WebSocketChannel> {
    return new Promise((resolve, reject) => {
      const webSocket = new WebSocket(target.url, { ...this.#options, headers: this.#headers, createConnection: () => socket })
      const fail = (err: Error): void => {
        signal.removeEventListener('abort', onAbort)
        webSocket.terminate()
        socket.destroy()
        reject(err)
      }
      const onAbort = (): void => { fail(signal.reason) }
      const onError = (err: Error): void => {
        fail(new WebSocketConnectError(target.url, 'upgrade', err.message, { cause: err }))
      }

      // Never taken off: an error may come at any time and must find a listener.
      webSocket.on('error', () => {})
      webSocket.once('error', onError)
      webSocket.once('unexpected-response', (_: unknown, response: IncomingMessage) => {
        const status = response.statusCode ?? 0
        fail(new WebSocketConnectError(target.url, 'upgrade', `HTTP status ${status} in answer to the upgrade`, { status }))
      })
      webSocket.once('open', () => {
        signal.removeEventListener('abort', onAbort)
        webSocket.off('error', onError)
        resolve(new WsChannel(webSocket, socket, this.#settings))
      })
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  accept ({ request, socket, head }: UpgradeRequest, onChannel: (channel: WebSocketChannel) => void): void {
    this.#server.handleUpgrade(request, socket, head, webSocket => {
      onChannel(new WsChannel(webSocket, socket, this.#settings))
    })
  }
}
