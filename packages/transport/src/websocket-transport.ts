import { serviceCapabilities, transportSymbol } from '@libp2p/interface'
import { isWebSocketMultiaddr } from '@libp2p-ws/multiaddr-ws'
import { PhaseTimer, WebSocketMetrics } from './metrics.ts'
import { toTarget } from './target.ts'
import { WebSocketConnection } from './websocket-connection.ts'
import type { WebSocketChannel } from './channel.ts'
import type { ConnectPhase } from './errors.ts'
import type { WebSocketsComponents } from './options.ts'
import type { Platform } from './platform.ts'
import type { WebSocketDialEvents, WebSocketPhaseType } from './progress.ts'
import type { WebSocketTarget } from './target.ts'
import type { Connection, CreateListenerOptions, DialTransportOptions, Listener, Logger, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The phase that is over with each event. */
const PHASES: Record<WebSocketPhaseType, ConnectPhase> = {
  'websockets:resolved': 'resolve',
  'websockets:tcp-connected': 'tcp',
  'websockets:tls-connected': 'tls',
  'websockets:upgraded': 'upgrade'
}

/** Dials and listens on WebSocket multiaddrs. */
class WebSocketTransport implements Transport<WebSocketDialEvents> {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = '@libp2p-ws/transport'
  readonly [serviceCapabilities]: string[] = ['@libp2p/transport']

  readonly #components: WebSocketsComponents
  readonly #platform: Platform
  readonly #log: Logger
  readonly #connectionLog: Logger
  readonly #metrics: WebSocketMetrics | undefined

  constructor (components: WebSocketsComponents, platform: Platform) {
    this.#components = components
    this.#platform = platform
    this.#log = components.logger.forComponent('libp2p:websockets')
    this.#metrics = components.metrics === undefined ? undefined : new WebSocketMetrics(components.metrics)
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

    const timer = new PhaseTimer(this.#metrics?.dialPhases)
    const maConn = new WebSocketConnection({
      channel: await this.#open(target, timer, options),
      remoteAddr: ma,
      direction: 'outbound',
      log: this.#connectionLog,
      metrics: this.#metrics?.dialerEvents
    })

    try {
      const connection = await options.upgrader.upgradeOutbound(maConn, options)
      timer.end('security')

      return connection
    } catch (err: any) {
      maConn.abort(err)
      throw err
    }
  }

  async #open (target: WebSocketTarget, timer: PhaseTimer, { signal, onProgress }: DialTransportOptions<WebSocketDialEvents>): Promise<WebSocketChannel> {
    try {
      const channel = await this.#platform.open(target, {
        signal,
        onPhase: type => {
          timer.end(PHASES[type])
          onProgress?.({ type, detail: undefined })
        }
      })
      this.#metrics?.dialerEvents.increment({ connect: true })

      return channel
    } catch (err) {
      this.#metrics?.dialerEvents.increment(signal.aborted ? { abort: true } : { error: true })
      throw err
    }
  }

  createListener (options: CreateListenerOptions): Listener {
    return this.#platform.createListener(this.#components, options, this.#metrics)
  }

  listenFilter (multiaddrs: Multiaddr[]): Multiaddr[] {
    return multiaddrs.filter(isWebSocketMultiaddr)
  }

  dialFilter (multiaddrs: Multiaddr[]): Multiaddr[] {
    return multiaddrs.filter(isWebSocketMultiaddr)
  }
}

/** A transport whose sockets are those of `platform`. */
export function createTransport (components: WebSocketsComponents, platform: Platform): Transport<WebSocketDialEvents> {
  return new WebSocketTransport(components, platform)
}
