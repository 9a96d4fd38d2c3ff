import { refuse } from './refuse.ts'
import { UpgradeRouter } from './upgrade-router.ts'
import type { TrustedProxies } from './client-address.ts'
import type { Framing } from './framing.ts'
import type { Route } from './upgrade-router.ts'
import type { WebSocketsInit } from '../options.ts'
import type http from 'node:http'
import type https from 'node:https'
import type net from 'node:net'

type HttpServer = http.Server | https.Server

/** The routers on each server: several transports may share one. */
const ROUTERS = new WeakMap<HttpServer, Set<UpgradeRouter>>()

/**
 * An HTTP or HTTPS server that somebody else made, listens with and closes. Takes
 * the upgrade requests that are for us; all others stay the owner's.
 */
export class UserServer {
  readonly #server: HttpServer
  readonly #router: UpgradeRouter

  constructor (server: HttpServer, options: WebSocketsInit, proxies: TrustedProxies, framing: Framing) {
    this.#server = server
    this.#router = new UpgradeRouter(options, proxies, framing)
  }

  get unused (): boolean {
    return this.#router.empty
  }

  address (): net.AddressInfo | undefined {
    const address = this.#server.address()

    return address === null || typeof address === 'string' ? undefined : address
  }

  /** @throws {InvalidValueError} when the path is taken */
  attach (route: Route): void {
    this.#router.add(route)
    routersOf(this.#server).add(this.#router)
  }

  detach (route: Route): void {
    this.#router.remove(route)

    if (this.#router.empty) {
      ROUTERS.get(this.#server)?.delete(this.#router)
    }
  }
}

function routersOf (server: HttpServer): Set<UpgradeRouter> {
  const known = ROUTERS.get(server)

  if (known !== undefined) {
    return known
  }

  const routers = new Set<UpgradeRouter>()
  ROUTERS.set(server, routers)
  server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    dispatch(server, routers, { request, socket, head })
  })

  return routers
}

function dispatch (server: HttpServer, routers: Set<UpgradeRouter>, upgrade: { request: http.IncomingMessage, socket: net.Socket, head: Buffer }): void {
  const { request, socket } = upgrade
  const secure = 'encrypted' in socket
  const router = [...routers].find(router => router.find(request.url ?? '/', secure) !== undefined)

  if (router === undefined) {
    // Another listener may know what to do with it. Without one, nobody would answer.
    if (server.listenerCount('upgrade') === 1) {
      socket.on('error', () => {})
      refuse(socket, 404)
    }

    return
  }

  const { remoteAddress, remotePort } = socket
  socket.on('error', () => {})

  if (remoteAddress === undefined || remotePort === undefined) {
    socket.destroy()
    return
  }

  const ticket = router.admission.admit(router.proxies.has(remoteAddress) ? undefined : remoteAddress)

  if (ticket === undefined) {
    router.report('drop')
    refuse(socket, 503)
    return
  }

  socket.once('close', () => { ticket.close() })
  router.upgrade({ ...upgrade, secure, from: { address: remoteAddress, port: remotePort }, ticket, since: performance.now() })
}
