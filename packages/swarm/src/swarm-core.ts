import { ClosedError } from '@libp2p-ws/core'
import { NoConnectionError } from '@libp2p-ws/dialer'
import { ConnectionSet } from './connection-set.ts'
import { dialerComponents } from './dialer-components.ts'
import { Listeners } from './listeners.ts'
import { Notifiees } from './notifiees.ts'
import type { SwarmConnection } from './connection.ts'
import type { PartsForDialer } from './dialer-components.ts'
import type { ConnectionHandler, Upgrader, UpgraderComponents } from './upgrader.ts'
import type { AbortOptions, Connection, Libp2pEvents, Listener, Logger, PeerId, PeerStore, PrivateKey, StreamHandler, StreamHandlerOptions, Transport } from '@libp2p/interface'
import type { Dialer, DialPeerOptions, Notifiee, PeerBackoff } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TypedEventTarget } from 'main-event'

/** Protocols whose handlers can be set; `ProtocolTable` is one. */
export interface HandledProtocols {
  handle(protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): void | Promise<void>
  unhandle(protocol: string): void | Promise<void>
}

export interface SwarmComponents extends UpgraderComponents {
  privateKey: PrivateKey
  events: TypedEventTarget<Libp2pEvents>
  protocols: UpgraderComponents['protocols'] & HandledProtocols
}

export interface SwarmInit {
  upgrader: Upgrader

  dialer(components: PartsForDialer): Dialer

  /** Ms of idleness after which the second connection of a simultaneous dial is closed. Default 10,000. */
  duplicateIdleTimeout?: number | undefined
}

/**
 * Connections to peers: what a host, which has its own ways of naming protocols
 * and peers, needs of a swarm. Transports are known by their interface alone;
 * which address is dialed when is the dialer's business, how a socket becomes a
 * connection the upgrader's.
 */
export class SwarmCore implements ConnectionHandler {
  readonly localPeer: PeerId
  readonly peerStore: PeerStore
  readonly dialer: Dialer
  readonly upgrader: Upgrader
  protected readonly connections: ConnectionSet
  readonly #transports: Transport[] = []
  readonly #listeners: Listeners
  readonly #notifiees: Notifiees
  readonly #log: Logger
  #closing: Promise<void> | undefined

  constructor (components: SwarmComponents, init: SwarmInit) {
    this.#log = components.logger.forComponent('libp2p-ws:swarm')
    this.#notifiees = new Notifiees(this.#log)
    this.localPeer = components.peerId
    this.peerStore = components.peerStore
    this.upgrader = init.upgrader
    this.upgrader.handler = this
    this.#listeners = new Listeners({
      upgrader: init.upgrader,
      log: this.#log,
      transportFor: address => this.transportForListening(address),
      onListen: address => { this.#notifiees.listen(address) },
      onListening: listener => { components.events.safeDispatchEvent('transport:listening', { detail: listener }) },
      onClose: (address, listener) => {
        components.events.safeDispatchEvent('transport:close', { detail: listener })
        this.#notifiees.listenClose(address)
      }
    })
    this.connections = new ConnectionSet({
      events: components.events,
      notifiees: this.#notifiees,
      duplicateIdleTimeout: init.duplicateIdleTimeout
    })
    this.dialer = init.dialer(dialerComponents(this, components))
  }

  /** Which addresses are left alone because they failed; undefined with a dialer that has none. */
  get backoff (): PeerBackoff | undefined {
    return this.dialer.backoff
  }

  // --- transports and listeners

  addTransport (transport: Transport): void {
    this.#transports.push(transport)
  }

  transports (): Transport[] {
    return [...this.#transports]
  }

  transportForDialing (address: Multiaddr): Transport | undefined {
    return this.#transports.find(transport => transport.dialFilter([address]).length > 0)
  }

  transportForListening (address: Multiaddr): Transport | undefined {
    return this.#transports.find(transport => transport.listenFilter([address]).length > 0)
  }

  async listen (...addresses: Multiaddr[]): Promise<void> {
    await this.#listeners.listen(addresses)
  }

  async addListenAddr (address: Multiaddr): Promise<void> {
    await this.#listeners.add(address)
  }

  /** Closes the listener on `address`. Returns whether there was one. */
  async removeListenAddr (address: Multiaddr): Promise<boolean> {
    return this.#listeners.remove(address)
  }

  listeners (): Listener[] {
    return this.#listeners.all()
  }

  listenAddresses (): Multiaddr[] {
    return this.#listeners.addresses()
  }

  interfaceListenAddresses (): Multiaddr[] {
    return this.#listeners.interfaceAddresses()
  }

  // --- connections

  async dialPeer (peer: PeerId, options: DialPeerOptions = {}): Promise<Connection> {
    this.#assertOpen()
    const open = options.force === true ? undefined : this.connections.usable(peer, options)

    if (open != null) {
      return open
    }

    if (options.noDial === true) {
      throw new NoConnectionError(`no connection to ${peer}, and dialing was not allowed`)
    }

    return this.dialer.dialPeer(peer, options)
  }

  /** Dials addresses that name no peer; whoever answers is the peer. */
  async dialAddresses (addresses: readonly Multiaddr[], options: DialPeerOptions = {}): Promise<Connection> {
    this.#assertOpen()

    return this.dialer.dialAddresses(addresses, options)
  }

  conns (): SwarmConnection[] {
    return this.connections.all()
  }

  connsToPeer (peer: PeerId): SwarmConnection[] {
    return this.connections.to(peer)
  }

  /** The connection that `newStream` would take: unlimited, then direct, then most streams. */
  bestConnToPeer (peer: PeerId): SwarmConnection | undefined {
    return this.connections.best(peer)
  }

  async closePeer (peer: PeerId, options: AbortOptions = {}): Promise<void> {
    await Promise.all(this.connsToPeer(peer).map(async connection => connection.close(options)))
  }

  /** Called by the upgrader. */
  onConnection (connection: SwarmConnection): void {
    this.#assertOpen()

    if (connection.status !== 'open') {
      throw new ClosedError(`the connection to ${connection.remotePeer}`)
    }

    this.connections.add(connection)
  }

  // --- who is told, and the end

  notify (notifiee: Notifiee): void {
    this.#notifiees.add(notifiee)
  }

  stopNotify (notifiee: Notifiee): void {
    this.#notifiees.remove(notifiee)
  }

  async close (): Promise<void> {
    this.#closing ??= this.#close()

    return this.#closing
  }

  async #close (): Promise<void> {
    // dials first: one that succeeds now would add a connection
    const results = await Promise.allSettled([
      this.dialer.close(),
      this.#listeners.close(),
      this.connections.close()
    ])

    for (const result of results) {
      if (result.status === 'rejected') {
        this.#log.error('closing the swarm - %e', result.reason)
      }
    }
  }

  #assertOpen (): void {
    if (this.#closing != null) {
      throw new ClosedError('the swarm')
    }
  }
}
