import net from 'node:net'
import { DEFAULT_FIRST_BYTE_TIMEOUT, DEFAULT_HANDSHAKE_TIMEOUT } from '../options.ts'
import { readFirstBytes } from './first-bytes.ts'
import { HttpServers } from './http-servers.ts'
import { UpgradeRouter } from './upgrade-router.ts'
import type { Ticket } from './admission.ts'
import type { ClientAddress, TrustedProxies } from './client-address.ts'
import type { FirstBytes } from './first-bytes.ts'
import type { Framing } from './framing.ts'
import type { Route } from './upgrade-router.ts'
import type { WebSocketsInit } from '../options.ts'
import type { Logger, TLSCertificate } from '@libp2p/interface'
import type http from 'node:http'

export interface PortServerInit {
  options: WebSocketsInit
  proxies: TrustedProxies
  framing: Framing
  log: Logger
}

/** A TCP socket of the port, until it is closed. */
interface AcceptedSocket {
  port: PortServer
  socket: net.Socket
  client: ClientAddress
  ticket: Ticket

  /** As `performance.now()` has it. */
  since: number

  /** What it is found by until its upgrade request; a closed socket has none to ask for. */
  address: string | undefined

  /** Destroys the socket when no WebSocket comes of it; undefined once one did. */
  deadline: NodeJS.Timeout | undefined
}

const ACCEPTED = Symbol('accepted')

/** Listeners are functions of the class: a connection needs none of its own. */
interface PortSocket extends net.Socket {
  [ACCEPTED]: AcceptedSocket
}

/**
 * One TCP port that speaks HTTP, HTTPS or both, told apart by the first byte.
 * Listeners share it, each with its own path or scheme.
 */
export class PortServer {
  readonly #options: WebSocketsInit
  readonly #log: Logger
  readonly #server: net.Server
  readonly #router: UpgradeRouter
  readonly #sockets = new Set<AcceptedSocket>()
  readonly #byAddress = new Map<string, AcceptedSocket>()
  readonly #servers: HttpServers
  #listening: Promise<void> | undefined

  constructor ({ options, proxies, framing, log }: PortServerInit) {
    this.#options = options
    this.#log = log
    this.#router = new UpgradeRouter(options, proxies, framing)
    this.#servers = new HttpServers({
      options,
      log,
      onRequest: (request, response) => { this.#onRequest(request, response) },
      onUpgrade: (request, socket, head, secure) => { this.#onUpgrade(request, socket, head, secure) },
      onTlsError: () => { this.#router.report('error') }
    })
    // Reading starts when it is known who is to read.
    this.#server = net.createServer({ pauseOnConnect: true, noDelay: true }, socket => { this.#onSocket(socket) })
  }

  /** No listener uses it. */
  get unused (): boolean {
    return this.#router.empty
  }

  address (): net.AddressInfo | undefined {
    const address = this.#server.address()

    return address === null || typeof address === 'string' ? undefined : address
  }

  /**
   * Sends `route` what is for it, and listens if the port does not yet.
   *
   * @throws {InvalidValueError} when the path is taken
   * @throws {Error} what the system says, such as `EADDRINUSE`
   */
  async attach (route: Route, where: net.ListenOptions): Promise<void> {
    this.#router.add(route)

    try {
      await this.#servers.load()

      if (route.plain) {
        this.#servers.servePlain()
      }

      if (route.secure) {
        this.#servers.serveSecure()
      }

      this.#listening ??= this.#listen(where)
      await this.#listening
    } catch (err) {
      this.#router.remove(route)
      throw err
    }
  }

  detach (route: Route): void {
    this.#router.remove(route)

    if (this.#router.empty) {
      this.#stopAccepting()
    }
  }

  /**
   * Serves TLS with this certificate, from the next handshake on.
   *
   * @throws {Error} when it cannot be used
   */
  addCertificate (certificate: TLSCertificate): void {
    this.#servers.addCertificate(certificate)
  }

  /** Destroys every socket. */
  async close (): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#servers.close()
    this.#server.close(() => { resolve() })

    for (const { socket } of this.#sockets) {
      socket.destroy()
    }

    await promise
  }

  async #listen (where: net.ListenOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(where, resolve)
    await promise
    this.#server.off('error', reject)
    this.#server.on('error', err => { this.#log.error('server error - %e', err) })
  }

  /** Takes no further sockets, and destroys those that are no WebSocket yet. */
  #stopAccepting (): void {
    this.#server.close()

    for (const { socket, deadline } of this.#sockets) {
      if (deadline !== undefined) {
        socket.destroy()
      }
    }
  }

  #onUpgrade (request: http.IncomingMessage, socket: net.Socket, head: Buffer, secure: boolean): void {
    const accepted = this.#acceptedOf(socket)

    if (accepted === undefined) {
      socket.destroy()
      return
    }

    clearTimeout(accepted.deadline)
    accepted.deadline = undefined
    this.#forgetAddress(accepted)
    this.#router.upgrade({ request, socket, head, secure, from: accepted.client, ticket: accepted.ticket, since: accepted.since })
  }

  #onRequest (request: http.IncomingMessage, response: http.ServerResponse): void {
    if (this.#options.requestHandler === undefined) {
      // RFC 9110 section 15.5.22.
      response.writeHead(426, { Connection: 'close, Upgrade', Upgrade: 'websocket' }).end('Only WebSocket connections are served here\n')
      return
    }

    // An answer may take longer than an upgrade.
    const accepted = this.#acceptedOf(request.socket)
    clearTimeout(accepted?.deadline)
    accepted?.ticket.settle()
    this.#options.requestHandler(request, response)
  }

  readonly #onSocketError = (err: Error): void => { this.#log('socket error - %e', err) }

  #onSocket (socket: net.Socket): void {
    const { remoteAddress, remotePort } = socket
    socket.on('error', this.#onSocketError)

    // It may be gone before we are told of it.
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy()
      return
    }

    const trusted = this.#router.proxies.has(remoteAddress)
    const ticket = this.#router.admission.admit(trusted ? undefined : remoteAddress)

    if (ticket === undefined) {
      this.#router.report('drop')
      this.#log('too many pending connections, refusing %s', remoteAddress)
      socket.destroy()
      return
    }

    const accepted: AcceptedSocket = {
      port: this,
      socket,
      client: { address: remoteAddress, port: remotePort },
      ticket,
      since: performance.now(),
      address: undefined,
      deadline: this.#destroyAfter(socket, this.#options.firstByteTimeout ?? DEFAULT_FIRST_BYTE_TIMEOUT)
    }

    this.#remember(accepted)
    readFirstBytes(socket, trusted && this.#router.proxies.source === 'proxy-protocol', first => { this.#onFirstBytes(accepted, first) })
  }

  #onFirstBytes (accepted: AcceptedSocket, first: FirstBytes | undefined): void {
    const { socket } = accepted
    const server = first === undefined ? undefined : this.#servers.serverFor(first.protocol)

    if (first === undefined || server === undefined) {
      this.#router.report('error')
      this.#log('nobody listens for what %s sent', socket.remoteAddress)
      socket.destroy()
      return
    }

    if (first.client !== undefined && !accepted.ticket.claim(first.client.address)) {
      this.#router.report('drop')
      this.#log('too many pending connections, refusing %s', first.client.address)
      socket.destroy()
      return
    }

    accepted.client = first.client ?? accepted.client
    clearTimeout(accepted.deadline)
    accepted.deadline = this.#destroyAfter(socket, this.#options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT)
    server.emit('connection', socket)
  }

  #destroyAfter (socket: net.Socket, timeout: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.#router.report('timeout')
      socket.destroy()
    }, timeout)
  }

  #remember (accepted: AcceptedSocket): void {
    const socket = accepted.socket as PortSocket
    socket[ACCEPTED] = accepted
    accepted.address = addressPair(socket)
    this.#sockets.add(accepted)
    this.#byAddress.set(accepted.address, accepted)
    socket.on('close', PortServer.#closeListener)
  }

  static #closeListener (this: net.Socket): void {
    const accepted = (this as PortSocket)[ACCEPTED]
    accepted.port.#forget(accepted)
  }

  #forget (accepted: AcceptedSocket): void {
    clearTimeout(accepted.deadline)
    accepted.ticket.close()
    this.#sockets.delete(accepted)
    this.#forgetAddress(accepted)
  }

  #forgetAddress (accepted: AcceptedSocket): void {
    // The address may belong to the next connection already.
    if (accepted.address !== undefined && this.#byAddress.get(accepted.address) === accepted) {
      this.#byAddress.delete(accepted.address)
    }

    accepted.address = undefined
  }

  #acceptedOf (socket: net.Socket): AcceptedSocket | undefined {
    return this.#byAddress.get(addressPair(socket))
  }
}

/**
 * What tells a TCP connection from all others that are open on this port. A TLS
 * socket has the same as the TCP socket below it, which it does not show.
 */
function addressPair (socket: net.Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`
}
