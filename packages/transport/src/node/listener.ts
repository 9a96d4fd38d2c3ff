import { ClosedError, InvalidValueError } from '@libp2p-ws/core'
import { TypedEventEmitter, setMaxListeners } from 'main-event'
import { toTarget } from '../target.ts'
import { DEFAULT_CLOSE_TIMEOUT, WebSocketConnection } from '../websocket-connection.ts'
import { listeningMultiaddrs, remoteMultiaddr } from './addresses.ts'
import { PortServer } from './port-server.ts'
import { WsChannel } from './ws-channel.ts'
import type { WebSocketsComponents, WebSocketsInit } from '../options.ts'
import type { AcceptedWebSocket } from './port-server.ts'
import type { CreateListenerOptions, Listener, ListenerEvents, Logger, TLSCertificate, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export function createListener (components: WebSocketsComponents, init: WebSocketsInit, options: CreateListenerOptions): Listener {
  return new WebSocketListener(components, init, options.upgrader)
}

/** Listens on one WebSocket multiaddr. */
export class WebSocketListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #components: WebSocketsComponents
  readonly #init: WebSocketsInit
  readonly #upgrader: Upgrader
  readonly #log: Logger
  readonly #connectionLog: Logger
  readonly #server: PortServer
  readonly #connections = new Set<WebSocketConnection>()
  readonly #shutdown = new AbortController()
  #listening: Multiaddr | undefined

  constructor (components: WebSocketsComponents, init: WebSocketsInit, upgrader: Upgrader) {
    super()
    this.#components = components
    this.#init = init
    this.#upgrader = upgrader
    this.#log = components.logger.forComponent('libp2p:websockets:listener')
    this.#connectionLog = components.logger.forComponent('libp2p:websockets:connection')
    this.#server = new PortServer({
      options: init,
      log: this.#log,
      onWebSocket: accepted => { this.#onWebSocket(accepted) }
    })
    // One listener for each upgrade under way.
    setMaxListeners(Infinity, this.#shutdown.signal)
  }

  /**
   * @throws {WebSocketAddressError} when `ma` is no WebSocket address
   * @throws {Error} what the system says, such as `EADDRINUSE`
   */
  async listen (ma: Multiaddr): Promise<void> {
    const target = toTarget(ma)

    if (this.#listening !== undefined) {
      throw new InvalidValueError('multiaddr', ma, `the listener is listening on ${this.#listening}`)
    }

    if (target.secure) {
      this.#server.serveSecure()
    } else {
      this.#server.servePlain()
    }

    await this.#server.listen({
      host: target.zone === undefined ? target.host : `${target.host}%${target.zone}`,
      port: target.port,
      ipv6Only: target.host.includes(':')
    })

    this.#listening = ma
    this.#components.events.addEventListener('certificate:provision', this.#onCertificate)
    this.#components.events.addEventListener('certificate:renew', this.#onCertificate)
    this.safeDispatchEvent('listening')
  }

  getAddrs (): Multiaddr[] {
    const address = this.#server.address()

    return this.#listening === undefined || address === undefined
      ? []
      : listeningMultiaddrs(this.#listening, address.port, this.#server)
  }

  /** WebSocket addresses carry nothing that is known only at run time. */
  updateAnnounceAddrs (): void {}

  /** Closes its connections, waits for them no longer than their `closeTimeout`, and frees the port. */
  async close (): Promise<void> {
    this.#components.events.removeEventListener('certificate:provision', this.#onCertificate)
    this.#components.events.removeEventListener('certificate:renew', this.#onCertificate)
    this.#server.stopAccepting()
    this.#shutdown.abort()

    await this.#closeConnections()
    await this.#server.close()
    this.safeDispatchEvent('close')
  }

  /** A first certificate adds the wss addresses; a later one is for new connections only. */
  readonly #onCertificate = ({ detail }: CustomEvent<TLSCertificate>): void => {
    const first = !this.#server.secure

    try {
      this.#server.serveSecure(detail)
    } catch (err: any) {
      this.#log.error('certificate not usable - %e', err)
      return
    }

    if (first) {
      this.safeDispatchEvent('listening')
    }
  }

  async #closeConnections (): Promise<void> {
    const deadline = Promise.withResolvers<void>()
    const timer = setTimeout(deadline.resolve, this.#init.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT)
    const closed = [...this.#connections].map(async maConn => {
      maConn.close().catch(err => { maConn.abort(err) })
      await maConn.closed
    })

    await Promise.race([Promise.all(closed), deadline.promise])
    clearTimeout(timer)

    for (const maConn of this.#connections) {
      maConn.abort(new ClosedError('the listener'))
    }
  }

  #onWebSocket ({ webSocket, socket, secure }: AcceptedWebSocket): void {
    const channel = new WsChannel(webSocket, socket, this.#init)
    const remoteAddr = remoteMultiaddr(socket, secure)

    if (remoteAddr === undefined || this.#shutdown.signal.aborted) {
      webSocket.terminate()
      return
    }

    const maConn = new WebSocketConnection({
      channel,
      remoteAddr,
      direction: 'inbound',
      log: this.#connectionLog,
      closeTimeout: this.#init.closeTimeout
    })
    this.#connections.add(maConn)
    maConn.addEventListener('close', () => { this.#connections.delete(maConn) })
    this.#log('new inbound connection %s', remoteAddr)

    void this.#upgrade(maConn)
  }

  async #upgrade (maConn: WebSocketConnection): Promise<void> {
    try {
      await this.#upgrader.upgradeInbound(maConn, { signal: this.#shutdown.signal })
    } catch (err: any) {
      this.#log.error('inbound connection %s failed to upgrade - %e', maConn.remoteAddr, err)
      maConn.abort(err)
    }
  }
}
