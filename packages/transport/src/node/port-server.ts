import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { WebSocketServer } from 'ws'
import { DEFAULT_HANDSHAKE_TIMEOUT } from '../options.ts'
import { webSocketOptions } from './ws-channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { Logger } from '@libp2p/interface'
import type tls from 'node:tls'
import type { WebSocket } from 'ws'

/** A WebSocket that was upgraded a moment ago; nothing of it is read yet. */
export interface AcceptedWebSocket {
  webSocket: WebSocket
  socket: net.Socket
  request: http.IncomingMessage

  /** It came over TLS. */
  secure: boolean
}

/** A TCP socket of the port, until it is closed. */
interface AcceptedSocket {
  socket: net.Socket

  /** Destroys the socket when no WebSocket came of it; absent once one did. */
  deadline?: NodeJS.Timeout
}

export interface PortServerInit {
  options: WebSocketsInit
  log: Logger
  onWebSocket(accepted: AcceptedWebSocket): void
}

/**
 * One TCP port that speaks HTTP, HTTPS or both, told apart by the first byte, and
 * upgrades requests to WebSockets.
 */
export class PortServer {
  readonly #init: PortServerInit
  readonly #server: net.Server
  readonly #webSocketServer: WebSocketServer
  readonly #sockets = new Set<AcceptedSocket>()
  readonly #byAddress = new Map<string, AcceptedSocket>()
  #http: http.Server | undefined
  #https: https.Server | undefined

  constructor (init: PortServerInit) {
    this.#init = init
    this.#webSocketServer = new WebSocketServer({
      ...webSocketOptions(init.options),
      noServer: true,
      clientTracking: false
    })
    // Reading starts when it is known who is to read.
    this.#server = net.createServer({ pauseOnConnect: true, noDelay: true }, socket => { this.#onSocket(socket) })
  }

  get plain (): boolean {
    return this.#http !== undefined
  }

  get secure (): boolean {
    return this.#https !== undefined
  }

  address (): net.AddressInfo | undefined {
    const address = this.#server.address()

    return address === null || typeof address === 'string' ? undefined : address
  }

  /** Requests that come in plain are served from now on. */
  servePlain (): void {
    this.#http ??= this.#serve(http.createServer(this.#init.options.http ?? {}), false)
  }

  /** Requests that come over TLS are served from now on. */
  serveSecure (certificate: tls.SecureContextOptions = {}): void {
    const options = { ...(this.#init.options.https ?? this.#init.options.http), ...certificate }

    if (this.#https !== undefined) {
      this.#https.setSecureContext(options)
      return
    }

    const server = https.createServer(options)
    server.on('secureConnection', socket => { socket.on('error', () => {}) })
    server.on('tlsClientError', (err, socket) => {
      this.#init.log('TLS handshake failed - %e', err)
      socket.destroy()
    })
    this.#https = this.#serve(server, true)
  }

  /** @throws {Error} what the system says, such as `EADDRINUSE` */
  async listen (options: net.ListenOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', reject)
    this.#server.listen(options, resolve)
    await promise
    this.#server.off('error', reject)
    this.#server.on('error', err => { this.#init.log.error('server error - %e', err) })
  }

  /** Takes no further sockets, and destroys those that are no WebSocket yet. */
  stopAccepting (): void {
    this.#server.close()

    for (const { socket, deadline } of this.#sockets) {
      if (deadline !== undefined) {
        socket.destroy()
      }
    }
  }

  /** Destroys every socket. */
  async close (): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()

    if (this.#server.listening) {
      this.#server.once('close', resolve)
      this.#server.close()
    } else {
      resolve()
    }

    for (const { socket } of this.#sockets) {
      socket.destroy()
    }

    await promise
  }

  #serve <Server extends http.Server> (server: Server, secure: boolean): Server {
    server.on('request', (_, response) => {
      response.writeHead(400).end('Only WebSocket connections are supported')
    })
    server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
      this.#webSocketServer.handleUpgrade(request, socket, head, webSocket => {
        this.#endDeadline(socket)
        this.#init.onWebSocket({ webSocket, socket, request, secure })
      })
    })

    return server
  }

  #onSocket (socket: net.Socket): void {
    const address = addressPair(socket)
    const accepted: AcceptedSocket = {
      socket,
      deadline: setTimeout(() => { socket.destroy() }, this.#init.options.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT)
    }

    this.#sockets.add(accepted)
    this.#byAddress.set(address, accepted)
    socket.on('error', err => { this.#init.log('socket error - %e', err) })
    socket.once('close', () => {
      clearTimeout(accepted.deadline)
      this.#sockets.delete(accepted)

      // The address may belong to the next connection already.
      if (this.#byAddress.get(address) === accepted) {
        this.#byAddress.delete(address)
      }
    })
    socket.once('readable', () => { this.#route(socket) })
  }

  #endDeadline (socket: net.Socket): void {
    const accepted = this.#byAddress.get(addressPair(socket))
    clearTimeout(accepted?.deadline)
    delete accepted?.deadline
  }

  #route (socket: net.Socket): void {
    const first: Buffer | null = socket.read(1)

    if (first === null) {
      socket.destroy()
      return
    }

    // RFC 8446 section 5.1: a TLS record begins with its content type, 22 for a
    // handshake. An HTTP request begins with a letter.
    const server = first[0] === 22 ? this.#https : this.#http

    if (server === undefined) {
      this.#init.log('nobody listens for what begins with byte %d', first[0])
      socket.destroy()
      return
    }

    socket.unshift(first)
    server.emit('connection', socket)
  }
}

/**
 * What tells a TCP connection from all others that are open on this port. A TLS
 * socket has the same as the TCP socket below it, which it does not show.
 */
function addressPair (socket: net.Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`
}
