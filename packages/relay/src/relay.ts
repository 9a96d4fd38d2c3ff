import { WebSocketServer } from 'ws'
import { connectBootstrapPeers } from './bootstrap.ts'
import { relayWebSocket } from './browser-socket.ts'
import { createHttpServer, listen } from './http-server.ts'
import { resolveOptions } from './options.ts'
import { PeerNetwork } from './peer-network.ts'
import { clientKey } from './remote-address.ts'
import { serializeServerMessage } from './sans-io/index.ts'
import { SessionCount } from './session-count.ts'
import { SessionDriver } from './session-driver.ts'
import { systemClock } from './system-clock.ts'
import type { RelayOptions, ResolvedOptions } from './options.ts'
import type { Logger, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/** RFC 6455, 7.4.1. */
const GOING_AWAY = 1001

/** IANA's registry of WebSocket close codes. */
const TRY_AGAIN_LATER = 1013

/** For a browser to answer a close, in milliseconds. */
const CLOSE_TIMEOUT = 5_000

/** A running relay. */
export interface Relay {
  /** Where its pages are, such as `http://127.0.0.1:8888`. */
  readonly url: string
  readonly port: number

  /** Of its own peer. */
  readonly peerId: PeerId

  /** Of its own peer, with /p2p. */
  readonly multiaddrs: Multiaddr[]

  /** Browsers that it serves. */
  readonly sessions: number

  /** Ends all sessions, then everything else. Calling it again waits for the same. */
  close(): Promise<void>
}

/**
 * Starts a relay: pages, WebSockets on /libp2p, its own peer and one for each
 * browser.
 *
 * @throws {InvalidValueError} for an option that cannot be used
 * @throws {ListenError} when the port, or an address of the relay's peer, cannot be had
 */
export async function createRelay (options: RelayOptions = {}): Promise<Relay> {
  const resolved = await resolveOptions(options)
  const log = resolved.logger.forComponent('libp2p-ws:relay')
  const network = await PeerNetwork.start({
    ...resolved,
    maxConnections: resolved.limits.maxConnections,
    maxStreams: resolved.limits.maxStreams
  }, resolved.key, resolved.services)

  try {
    const relay = new RelayServer(resolved, network, log)
    await relay.listen(resolved.addr, resolved.port)
    connectBootstrapPeers(network.own, resolved.peers, log)

    return relay
  } catch (err) {
    await network.stop()
    throw err
  }
}

class RelayServer implements Relay {
  readonly #options: ResolvedOptions
  readonly #network: PeerNetwork
  readonly #log: Logger
  readonly #server: Server
  readonly #sockets: WebSocketServer
  readonly #sessions = new Set<SessionDriver>()
  readonly #count: SessionCount
  #address: AddressInfo | undefined
  #closed: Promise<void> | undefined

  constructor (options: ResolvedOptions, network: PeerNetwork, log: Logger) {
    const { limits, files, allowedOrigins } = options

    this.#options = options
    this.#network = network
    this.#log = log
    this.#count = new SessionCount(limits.maxSessions, limits.maxSessionsPerAddress)
    this.#server = createHttpServer({
      files,
      allowedOrigins,
      onUpgrade: (request, socket, head) => { this.#upgrade(request, socket, head) }
    })
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      maxPayload: limits.maxMessageSize,
      WebSocket: relayWebSocket(limits.maxMessageSize),
      // A spread, since @types/ws does not know it.
      ...{ closeTimeout: CLOSE_TIMEOUT }
    })
  }

  async listen (addr: string, port: number): Promise<void> {
    this.#address = await listen(this.#server, addr, port)
  }

  get url (): string {
    const { addr } = this.#options
    const host = addr === '' || addr === '0.0.0.0' || addr === '::' ? 'localhost' : addr

    return `http://${host.includes(':') ? `[${host}]` : host}:${this.port}`
  }

  get port (): number {
    return this.#address?.port ?? this.#options.port
  }

  get peerId (): PeerId {
    return this.#network.own.peerId
  }

  get multiaddrs (): Multiaddr[] {
    return this.#network.own.getMultiaddrs()
  }

  get sessions (): number {
    return this.#sessions.size
  }

  async close (): Promise<void> {
    this.#closed ??= this.#close()

    return this.#closed
  }

  async #close (): Promise<void> {
    const closed = Promise.withResolvers<void>()
    this.#server.close(() => { closed.resolve() })
    this.#server.closeIdleConnections()

    await Promise.all([...this.#sessions].map(async session => {
      session.close(GOING_AWAY, 'the relay stops')
      await session.ended
    }))
    await this.#network.stop()

    this.#server.closeAllConnections()
    await closed.promise
  }

  #upgrade (request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const client = clientKey(request.socket.remoteAddress ?? '')

    this.#sockets.handleUpgrade(request, socket, head, webSocket => { this.#accept(webSocket, client) })
  }

  #accept (socket: WebSocket, client: string): void {
    let release: () => void

    if (this.#closed !== undefined) {
      this.#turnAway(socket, 'the relay stops')
      return
    }

    try {
      release = this.#count.add(client)
    } catch (err) {
      this.#turnAway(socket, (err as Error).message)
      return
    }

    this.#serve(socket, release)
  }

  #serve (socket: WebSocket, release: () => void): void {
    const session = new SessionDriver({
      socket,
      limits: this.#options.limits,
      clock: systemClock,
      log: this.#log,
      startPeer: async key => this.#network.startPeer(key)
    })

    this.#sessions.add(session)
    session.start()
    void session.ended.then(() => {
      this.#sessions.delete(session)
      release()
    })
  }

  /** The upgrade is made all the same: a page cannot see why one was refused. */
  #turnAway (socket: WebSocket, reason: string): void {
    socket.on('error', () => {})
    socket.send(serializeServerMessage({ type: 'protocol-error', message: reason }))
    socket.close(TRY_AGAIN_LATER, reason)
  }
}
