import { InvalidValueError } from '@libp2p-ws/core'
import { Admission } from './admission.ts'
import { refuse } from './refuse.ts'
import type { ClientAddress, TrustedProxies } from './client-address.ts'
import type { Framing } from './framing.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { Ticket } from './admission.ts'
import type { IncomingMessage } from 'node:http'
import type net from 'node:net'

/** A WebSocket that was upgraded a moment ago; nothing of it is read yet. */
export interface AcceptedWebSocket {
  channel: WebSocketChannel

  /** It came over TLS. */
  secure: boolean

  /** Who is at the far end, behind the proxies that are trusted. */
  client: ClientAddress

  /** What it counts as; closed with its socket. */
  ticket: Ticket

  /** When its socket was accepted, as `performance.now()` has it. */
  since: number
}

/** What happened to a socket that became no WebSocket: a limit, a deadline, or bytes that made no sense. */
export type PortEvent = 'drop' | 'timeout' | 'error'

/** Who gets the requests for a path. */
export interface Route {
  /** With its leading slash, as on the request line. Undefined takes every path that nobody else has. */
  readonly path: string | undefined

  /** Takes what comes without TLS. */
  readonly plain: boolean

  /** Takes what comes over TLS. */
  readonly secure: boolean

  onWebSocket(accepted: AcceptedWebSocket): void
  onPortEvent(event: PortEvent): void
}

/** An upgrade request. */
export interface Upgrade {
  request: IncomingMessage
  socket: net.Socket
  head: Buffer
  secure: boolean

  /** Who sent it to us. */
  from: ClientAddress
  ticket: Ticket
  since: number
}

/** Turns upgrade requests into WebSockets and hands each to the route of its path. */
export class UpgradeRouter {
  readonly admission: Admission
  readonly proxies: TrustedProxies
  readonly #options: WebSocketsInit
  readonly #framing: Framing
  readonly #routes = new Set<Route>()

  constructor (options: WebSocketsInit, proxies: TrustedProxies, framing: Framing) {
    this.#options = options
    this.#framing = framing
    this.admission = new Admission(options)
    this.proxies = proxies
  }

  get empty (): boolean {
    return this.#routes.size === 0
  }

  /** @throws {InvalidValueError} when the path is taken */
  add (route: Route): void {
    for (const other of this.#routes) {
      if (samePath(other.path, route.path) && ((other.plain && route.plain) || (other.secure && route.secure))) {
        throw new InvalidValueError('multiaddr', route.path, `another listener of this port has the path ${route.path ?? '/'}`)
      }
    }

    this.#routes.add(route)
  }

  remove (route: Route): void {
    this.#routes.delete(route)
  }

  report (event: PortEvent): void {
    for (const route of this.#routes) {
      route.onPortEvent(event)
    }
  }

  /** Who takes requests for `url`. */
  find (url: string, secure: boolean): Route | undefined {
    const path = url.split('?')[0] ?? '/'
    const candidates = [...this.#routes].filter(route => secure ? route.secure : route.plain)

    return candidates.find(route => samePath(route.path, path)) ?? candidates.find(route => route.path === undefined)
  }

  upgrade ({ request, socket, head, secure, from, ticket, since }: Upgrade): void {
    const route = this.find(request.url ?? '/', secure)
    const client = this.proxies.clientOf(from, request.headers)

    if (route === undefined) {
      refuse(socket, 404)
    } else if (!this.#isAllowed(request.headers.origin)) {
      refuse(socket, 403)
    } else if (!ticket.upgrade(client.address)) {
      route.onPortEvent('drop')
      refuse(socket, 503)
    } else {
      this.#framing.accept({ request, socket, head }, channel => {
        route.onWebSocket({ channel, secure, client, ticket, since })
      })
    }
  }

  /** What is no browser sends no Origin, and could send any. */
  #isAllowed (origin: string | undefined): boolean {
    const allowed = this.#options.allowedOrigins

    if (allowed === undefined || origin === undefined) {
      return true
    }

    return typeof allowed === 'function' ? allowed(origin) : allowed.includes(origin)
  }
}

/** Compares what the escapes mean: a proxy may write them in another way than the multiaddr. */
function samePath (a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && decode(a) === decode(b))
}

function decode (path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
