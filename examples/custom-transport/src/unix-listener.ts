import { once } from 'node:events'
import { createServer } from 'node:net'
import { TypedEventEmitter } from 'main-event'
import { toPath } from './address.ts'
import { UnixConnection } from './unix-connection.ts'
import type { Listener, ListenerEvents, Logger, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Server, Socket } from 'node:net'

/** A socket that takes connections. */
export class UnixListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #upgrader: Upgrader
  readonly #log: Logger
  readonly #connections = new Set<UnixConnection>()
  readonly #closing = new AbortController()
  readonly #server: Server
  #addresses: Multiaddr[] = []

  constructor (upgrader: Upgrader, log: Logger) {
    super()
    this.#upgrader = upgrader
    this.#log = log
    this.#server = createServer(socket => { this.#accept(socket) })
  }

  async listen (address: Multiaddr): Promise<void> {
    this.#server.listen(toPath(address))
    await once(this.#server, 'listening')
    this.#addresses = [address]
    this.safeDispatchEvent('listening')
  }

  getAddrs (): Multiaddr[] {
    return this.#addresses
  }

  updateAnnounceAddrs (): void {
    // nothing about the address of a Unix socket changes
  }

  async close (): Promise<void> {
    if (!this.#server.listening) {
      return
    }

    this.#addresses = []
    this.#server.close()
    // ends the upgrades under way, and with them their connections
    this.#closing.abort()
    this.#connections.forEach(connection => { connection.abort(new Error('the listener was closed')) })
    await once(this.#server, 'close')
    this.safeDispatchEvent('close')
  }

  #accept (socket: Socket): void {
    const [remoteAddr] = this.#addresses

    if (remoteAddr == null) {
      socket.destroy()
      return
    }

    // whoever connects to a Unix socket has no address: the listener's own stands for it
    const connection = new UnixConnection(socket, { remoteAddr, direction: 'inbound', log: this.#log })
    this.#connections.add(connection)
    connection.addEventListener('close', () => { this.#connections.delete(connection) })

    this.#upgrader.upgradeInbound(connection, { signal: this.#closing.signal })
      .catch((error: Error) => { connection.abort(error) })
  }
}
