import { InvalidValueError } from '@libp2p-ws/core'
import { TrustedProxies } from './client-address.ts'
import { PortServer } from './port-server.ts'
import { UserServer } from './user-server.ts'
import type { Framing } from './framing.ts'
import type { WebSocketsInit } from '../options.ts'
import type { WebSocketTarget } from '../target.ts'
import type { Logger } from '@libp2p/interface'

/**
 * The ports that the transports of one `webSockets()` call listen on, so that
 * several listeners, of one node or of many, can share a port.
 */
export class Ports {
  readonly #options: WebSocketsInit
  readonly #framing: Framing
  readonly #ports = new Map<string, PortServer>()
  readonly #proxies: TrustedProxies
  readonly #userServer: UserServer | undefined

  /** @throws {InvalidValueError} when an option cannot be used */
  constructor (options: WebSocketsInit, framing: Framing) {
    this.#options = options
    this.#framing = framing
    this.#proxies = new TrustedProxies(options.trustedProxies ?? [], options.clientAddressFrom)

    if (options.server !== undefined && options.clientAddressFrom === 'proxy-protocol') {
      throw new InvalidValueError('clientAddressFrom', options.clientAddressFrom, 'a PROXY header comes before the bytes that the given server reads')
    }

    this.#userServer = options.server === undefined ? undefined : new UserServer(options.server, options, this.#proxies, framing)
  }

  /** The server that the options bring; listeners use it and no port of their own. */
  get userServer (): UserServer | undefined {
    return this.#userServer
  }

  /** The server of the host and port of `target`. Port 0 is a new one each time. */
  open (target: WebSocketTarget, log: Logger): PortServer {
    const key = keyOf(target)
    const known = key === undefined ? undefined : this.#ports.get(key)

    if (known !== undefined) {
      return known
    }

    const server = new PortServer({ options: this.#options, proxies: this.#proxies, framing: this.#framing, log })

    if (key !== undefined) {
      this.#ports.set(key, server)
    }

    return server
  }

  /** Nobody is to get `server` any more: it is about to close. */
  forget (server: PortServer): void {
    for (const [key, known] of this.#ports) {
      if (known === server) {
        this.#ports.delete(key)
      }
    }
  }
}

function keyOf ({ host, zone, port }: WebSocketTarget): string | undefined {
  return port === 0 ? undefined : `${host}%${zone ?? ''} ${port}`
}
