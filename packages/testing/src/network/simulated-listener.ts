import { ClosedError, InvalidValueError } from '@libp2p-ws/core'
import { setMaxListeners, TypedEventEmitter } from 'main-event'
import { SimulatedConnection } from './simulated-connection.ts'
import type { SimulatedHost } from './simulated-host.ts'
import type { WireEnd } from './wire.ts'
import type { Listener, ListenerEvents, Logger, Upgrader } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface SimulatedListenerInit {
  host: SimulatedHost
  upgrader: Upgrader
  log: Logger

  /** @throws {InvalidValueError} when the transport does not take `address` */
  check(address: Multiaddr): void
}

/** A listening socket of a simulated host. */
export class SimulatedListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #init: SimulatedListenerInit
  readonly #connections = new Set<SimulatedConnection>()
  readonly #closing = new AbortController()
  #addresses: Multiaddr[] = []

  constructor (init: SimulatedListenerInit) {
    super()
    this.#init = init
    setMaxListeners(Infinity, this.#closing.signal)
  }

  /**
   * @throws {SimulatedNetworkError} EADDRNOTAVAIL or EADDRINUSE
   * @throws {ClosedError} after `close`
   */
  async listen (address: Multiaddr): Promise<void> {
    this.#init.check(address)

    if (this.#closing.signal.aborted) {
      throw new ClosedError('the listener')
    }

    if (this.#addresses.length > 0) {
      throw new InvalidValueError('address', address, `cannot listen on ${address}: already listening on ${this.#addresses.join(', ')}`)
    }

    this.#addresses = this.#init.host.listen(address, { accept: (end, remoteAddr) => { this.#accept(end, remoteAddr) } })
    this.safeDispatchEvent('listening')
  }

  getAddrs (): Multiaddr[] {
    return [...this.#addresses]
  }

  updateAnnounceAddrs (): void {
    // nothing of a simulated address changes at run time
  }

  /** Resets what is open, established or still being upgraded. */
  async close (): Promise<void> {
    if (this.#closing.signal.aborted) {
      return
    }

    this.#init.host.unlisten(this.#addresses)
    this.#addresses = []
    this.#closing.abort()
    this.#connections.forEach(connection => { connection.abort(new ClosedError('the listener')) })
    this.safeDispatchEvent('close')
  }

  #accept (end: WireEnd, remoteAddr: Multiaddr): void {
    const connection = new SimulatedConnection({ end, remoteAddr, direction: 'inbound', log: this.#init.log })
    this.#connections.add(connection)
    connection.addEventListener('close', () => { this.#connections.delete(connection) })

    this.#init.upgrader.upgradeInbound(connection, { signal: this.#closing.signal })
      .catch((error: Error) => {
        this.#init.log.error('inbound connection from %a failed to upgrade - %e', remoteAddr, error)
        connection.abort(error)
      })
  }
}
