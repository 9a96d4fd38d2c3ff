import { ClosedError, InvalidValueError } from '@libp2p-ws/core'
import { TypedEventEmitter } from 'main-event'
import { PhaseTimer } from '../metrics.ts'
import { DEFAULT_CLOSE_TIMEOUT, DEFAULT_INBOUND_UPGRADE_TIMEOUT } from '../options.ts'
import { toTarget } from '../target.ts'
import { WebSocketConnection } from '../websocket-connection.ts'
import { clientMultiaddr, listeningMultiaddrs } from './addresses.ts'
import { InboundDeadlines } from './inbound-deadlines.ts'
import { PortServer } from './port-server.ts'
import type { Ticket } from './admission.ts'
import type { Ports } from './ports.ts'
import type { AcceptedWebSocket, PortEvent, Route } from './upgrade-router.ts'
import type { UserServer } from './user-server.ts'
import type { MeasuredListener, WebSocketMetrics } from '../metrics.ts'
import type { WebSocketsComponents, WebSocketsInit } from '../options.ts'
import type { WebSocketTarget } from '../target.ts'
import type { Listener, ListenerEvents, Logger, TLSCertificate, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Of the status metric, as js-libp2p's TCP listeners have it. */
const LISTENING = 1
const CLOSED = 0

/** What a listener is once it listens. */
interface Listening {
  ma: Multiaddr
  server: PortServer | UserServer
  route: Route & { secure: boolean }
}

export interface WebSocketListenerInit {
  init: WebSocketsInit
  ports: Ports
  upgrader: Upgrader
  metrics: WebSocketMetrics | undefined
}

/** Listens on one WebSocket multiaddr. */
export class WebSocketListener extends TypedEventEmitter<ListenerEvents> implements Listener, MeasuredListener {
  readonly #components: WebSocketsComponents
  readonly #init: WebSocketsInit
  readonly #ports: Ports
  readonly #upgrader: Upgrader
  readonly #metrics: WebSocketMetrics | undefined
  readonly #log: Logger
  readonly #connectionLog: Logger
  readonly #connections = new Map<WebSocketConnection, Ticket>()
  readonly #upgrades: InboundDeadlines
  #listening: Listening | undefined
  #metricsAddress = ''
  #closing: Promise<void> | undefined

  constructor (components: WebSocketsComponents, { init, ports, upgrader, metrics }: WebSocketListenerInit) {
    super()
    this.#components = components
    this.#init = init
    this.#ports = ports
    this.#upgrader = upgrader
    this.#metrics = metrics
    this.#log = components.logger.forComponent('libp2p:websockets:listener')
    this.#connectionLog = components.logger.forComponent('libp2p:websockets:connection')
    this.#upgrades = new InboundDeadlines(init.inboundUpgradeTimeout ?? DEFAULT_INBOUND_UPGRADE_TIMEOUT)
  }

  /**
   * @throws {WebSocketAddressError} when `ma` is no WebSocket address
   * @throws {InvalidValueError} when the listener listens already, or another one has the port and path
   * @throws {ClosedError} when it was closed
   * @throws {Error} what the system says, such as `EADDRINUSE`
   */
  async listen (ma: Multiaddr): Promise<void> {
    const target = toTarget(ma)

    if (this.#closing !== undefined) {
      throw new ClosedError('the listener')
    }

    if (this.#listening !== undefined) {
      throw new InvalidValueError('multiaddr', ma, `the listener is listening on ${this.#listening.ma}`)
    }

    const listening = await this.#attach(ma, target).catch(err => {
      this.#metrics?.listenerErrors.increment({ [`${target.host}:${target.port} listen_error`]: true })
      throw err
    })

    if (this.#closing !== undefined) {
      listening.server.detach(listening.route)
      await this.#release(listening.server)
      throw new ClosedError('the listener')
    }

    this.#listening = listening
    this.#metrics?.add(this)
    this.#metrics?.listenerStatus.update({ [this.metricsAddress]: LISTENING })
    this.#components.events.addEventListener('certificate:provision', this.#onCertificate)
    this.#components.events.addEventListener('certificate:renew', this.#onCertificate)
    this.safeDispatchEvent('listening')
  }

  get metricsAddress (): string {
    const address = this.#listening?.server.address()

    if (address !== undefined) {
      this.#metricsAddress = `${address.address}:${address.port}`
    }

    // A server that closes has no address any more.
    return this.#metricsAddress
  }

  get openConnections (): number {
    return this.#connections.size
  }

  getAddrs (): Multiaddr[] {
    const port = this.#listening?.server.address()?.port

    return this.#listening === undefined || port === undefined
      ? []
      : listeningMultiaddrs(this.#listening.ma, port, this.#schemes(this.#listening))
  }

  /** WebSocket addresses carry nothing that is known only at run time. */
  updateAnnounceAddrs (): void {}

  /**
   * Takes no further connections, closes those it has, waits for them no longer
   * than `closeTimeout`, and frees the port if nobody else has it.
   */
  async close (): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  async #close (): Promise<void> {
    this.#components.events.removeEventListener('certificate:provision', this.#onCertificate)
    this.#components.events.removeEventListener('certificate:renew', this.#onCertificate)
    this.#listening?.server.detach(this.#listening.route)
    this.#upgrades.abort(new ClosedError('the listener'))
    await this.#closeConnections()

    if (this.#listening !== undefined) {
      this.#metrics?.listenerStatus.update({ [this.metricsAddress]: CLOSED })
      this.#metrics?.remove(this)
      await this.#release(this.#listening.server)
    }

    this.safeDispatchEvent('close')
  }

  async #attach (ma: Multiaddr, target: WebSocketTarget): Promise<Listening> {
    const handlers = {
      onWebSocket: (accepted: AcceptedWebSocket) => { this.#onWebSocket(accepted) },
      onPortEvent: (event: PortEvent) => { this.#count(event) }
    }
    const { userServer } = this.#ports

    if (userServer !== undefined) {
      // Whether TLS ends at the server or before it is not ours to know.
      const route = { ...handlers, path: target.path, plain: true, secure: true }
      userServer.attach(route)
      this.#init.server?.once('listening', () => { this.safeDispatchEvent('listening') })

      return { ma, server: userServer, route }
    }

    const server = this.#ports.open(target, this.#log)
    const route = { ...handlers, path: target.path, plain: !target.secure, secure: target.secure }

    try {
      await server.attach(route, {
        host: target.zone === undefined ? target.host : `${target.host}%${target.zone}`,
        port: target.port,
        ipv6Only: target.host.includes(':')
      })
    } catch (err) {
      await this.#release(server)
      throw err
    }

    return { ma, server, route }
  }

  async #release (server: PortServer | UserServer): Promise<void> {
    if (server instanceof PortServer && server.unused) {
      this.#ports.forget(server)
      await server.close()
    }
  }

  #schemes ({ ma, server, route }: Listening): { plain: boolean, secure: boolean } {
    if (server instanceof PortServer) {
      return route
    }

    const { secure } = toTarget(ma)

    return { plain: !secure, secure }
  }

  async #closeConnections (): Promise<void> {
    const deadline = Promise.withResolvers<void>()
    const timer = setTimeout(deadline.resolve, this.#init.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT)
    const closed = [...this.#connections.keys()].map(async maConn => {
      maConn.close().catch(err => { maConn.abort(err) })
      await maConn.closed
    })

    await Promise.race([Promise.all(closed), deadline.promise])
    clearTimeout(timer)

    for (const maConn of this.#connections.keys()) {
      maConn.abort(new ClosedError('the listener'))
    }
  }

  /** A first certificate adds the wss addresses; a later one is for new connections only. */
  readonly #onCertificate = ({ detail }: CustomEvent<TLSCertificate>): void => {
    const { server, route } = this.#listening ?? {}

    if (!(server instanceof PortServer) || route === undefined) {
      return
    }

    try {
      server.addCertificate(detail)
    } catch (err: any) {
      this.#log.error('certificate not usable - %e', err)
      return
    }

    if (!route.secure) {
      route.secure = true
      this.safeDispatchEvent('listening')
    }
  }

  #onWebSocket ({ channel, secure, client, ticket, since }: AcceptedWebSocket): void {
    const timer = new PhaseTimer(this.#metrics?.inboundPhases, since)
    timer.end('upgrade')
    this.#count('connection')
    const maConn = new WebSocketConnection({
      channel,
      remoteAddr: clientMultiaddr(client, secure),
      direction: 'inbound',
      log: this.#connectionLog,
      metrics: this.#metrics?.listenerEvents,
      // asking a server for its address is a system call
      metricPrefix: this.#metrics === undefined ? undefined : `${this.metricsAddress} `,
      onClose: this.#onConnectionClose
    })
    this.#connections.set(maConn, ticket)
    this.#log('new inbound connection %s', maConn.remoteAddr)
    void this.#upgrade(maConn, timer).finally(() => { ticket.settle() })
  }

  readonly #onConnectionClose = (maConn: WebSocketConnection): void => {
    this.#count('close')
    // its socket may linger a little
    this.#connections.get(maConn)?.close()
    this.#connections.delete(maConn)
  }

  async #upgrade (maConn: WebSocketConnection, timer: PhaseTimer): Promise<void> {
    try {
      await this.#upgrades.run(
        async signal => { await this.#upgrader.upgradeInbound(maConn, { signal }) },
        err => { maConn.abort(err) }
      )
      timer.end('security')
    } catch (err: any) {
      this.#metrics?.listenerErrors.increment({ [`${this.metricsAddress} inbound_upgrade`]: true })
      this.#log.error('inbound connection %s failed to upgrade - %e', maConn.remoteAddr, err)
      maConn.abort(err)
    }
  }

  #count (event: PortEvent | 'connection' | 'close'): void {
    this.#metrics?.listenerEvents.increment({ [`${this.metricsAddress} ${event}`]: true })
  }
}
