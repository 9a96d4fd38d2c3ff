import { serviceCapabilities, transportSymbol } from '@libp2p/interface'
import { isWebSocketMultiaddr } from '@libp2p-ws/multiaddr-ws'
import { toTarget } from './target.ts'
import { WebSocketConnection } from './websocket-connection.ts'
import type { WebSocketsComponents, WebSocketsInit } from './options.ts'
import type { Platform } from './platform.ts'
import type { WebSocketDialEvents } from './progress.ts'
import type { Connection, CreateListenerOptions, DialTransportOptions, Listener, Logger, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Dials and listens on WebSocket multiaddrs. */
class WebSocketTransport implements Transport<WebSocketDialEvents> {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = '@libp2p-ws/transport'
  readonly [serviceCapabilities]: string[] = ['@libp2p/transport']

  readonly #components: WebSocketsComponents
  readonly #init: WebSocketsInit
  readonly #platform: Platform
  readonly #log: Logger
  readonly #connectionLog: Logger

  constructor (components: WebSocketsComponents, init: WebSocketsInit, platform: Platform) {
    this.#components = components
    this.#init = init
    this.#platform = platform
    this.#log = components.logger.forComponent('libp2p:websockets')
    this.#connectionLog = components.logger.forComponent('libp2p:websockets:connection')
  }

  /**
   * @throws {WebSocketConnectError} when no WebSocket could be opened
   * @throws {WebSocketAddressError} when `ma` is no WebSocket address
   * @throws {Error} what the upgrader failed with, or the reason of `options.signal`
   */
  async dial (ma: Multiaddr, options: DialTransportOptions<WebSocketDialEvents>): Promise<Connection> {
    const target = toTarget(ma)
    options.signal.throwIfAborted()
    this.#log('dialing %s', target.url)
    options.onProgress?.({ type: 'websockets:open-connection', detail: undefined })

    const channel = await this.#platform.open(target, {
      signal: options.signal,
      onPhase: type => { options.onProgress?.({ type, detail: undefined }) }
    })
    const maConn = new WebSocketConnection({
      channel,
      remoteAddr: ma,
      direction: 'outbound',
      log: this.#connectionLog,
      closeTimeout: this.#init.closeTimeout
    })

    try {
      return await options.upgrader.upgradeOutbound(maConn, options)
    } catch (err: any) {
      maConn.abort(err)
      throw err
    }
  }

  createListener (options: CreateListenerOptions): Listener {
    return this.#platform.createListener(this.#components, options)
  }

  listenFilter (multiaddrs: Multiaddr[]): Multiaddr[] {
    return multiaddrs.filter(isWebSocketMultiaddr)
  }

  dialFilter (multiaddrs: Multiaddr[]): Multiaddr[] {
    return multiaddrs.filter(isWebSocketMultiaddr)
  }
}

/** A transport whose sockets are those of `platform`. */
export function createTransport (components: WebSocketsComponents, init: WebSocketsInit, platform: Platform): Transport<WebSocketDialEvents> {
  return new WebSocketTransport(components, init, platform)
}
