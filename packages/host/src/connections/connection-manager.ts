import { ConnectionClosedError, InvalidMultiaddrError, InvalidParametersError, InvalidPeerIdError, NotStartedError } from '@libp2p/interface'
import { PeerMap } from '@libp2p/peer-collections'
import { Circuit } from '@multiformats/multiaddr-matcher'
import { parseDialTarget } from '../dial-target.ts'
import { HostDialer } from '../dialing/host-dialer.ts'
import { MAX_CONNECTIONS } from '../platform.ts'
import { progress } from '../progress.ts'
import { registerConnectionMetrics } from './connection-metrics.ts'
import { ConnectionPruner } from './connection-pruner.ts'
import { existingConnection } from './existing-connection.ts'
import { InboundAdmission } from './inbound-admission.ts'
import { ReconnectQueue } from './reconnect-queue.ts'
import type { ConnectionManagerInit } from './init.ts'
import type { PeerAddresses } from '../dial-target.ts'
import type { HostDialerComponents } from '../dialing/host-dialer.ts'
import type { HostSwarm } from '../host-swarm.ts'
import type { AbortOptions, Connection, ConnectionGater, DialTarget, IsDialableOptions, Libp2pEvents, Logger, MultiaddrConnection, NewStreamOptions, PeerId, PendingDial, Startable, Stream } from '@libp2p/interface'
import type { ConnectionManager as ConnectionManagerInterface, OpenConnectionOptions } from '@libp2p/interface-internal'
import type { Dialer, DialerComponents } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TypedEventTarget } from 'main-event'

export interface ConnectionManagerComponents extends HostDialerComponents {
  peerId: PeerId
  connectionGater: ConnectionGater
  events: TypedEventTarget<Libp2pEvents>

  /** This one: its helpers call it through the components, so that a test may put another in its place. */
  connectionManager: ConnectionManagerInterface
}

/** js-libp2p's connection manager, on the connections of our swarm. It opens the swarm and closes it. */
export class ConnectionManager implements ConnectionManagerInterface, Startable {
  readonly #components: ConnectionManagerComponents
  readonly #swarm: HostSwarm
  readonly #dialer: HostDialer
  readonly #admission: InboundAdmission
  readonly #pruner: ConnectionPruner
  readonly #reconnects: ReconnectQueue
  readonly #log: Logger
  #maxConnections: number
  #outboundPending = 0
  #started = false

  /** @throws {InvalidParametersError} for `maxConnections` below 1, and for a list that has something else than IPs */
  constructor (components: ConnectionManagerComponents, init: ConnectionManagerInit = {}, swarm: HostSwarm) {
    this.#components = components
    this.#swarm = swarm
    this.#log = components.logger.forComponent('libp2p:connection-manager')
    this.#maxConnections = checkMaxConnections(init.maxConnections ?? MAX_CONNECTIONS)
    this.#dialer = new HostDialer(components, init, swarm)
    this.#admission = new InboundAdmission(components.logger, init, () => this.getConnections().length < this.#maxConnections)
    this.#pruner = new ConnectionPruner(components, init.allow)
    this.#reconnects = new ReconnectQueue(components, init, peer => { this.#dialer.forgetFailures(peer) })
    components.events.addEventListener('connection:open', event => { this.#storePublicKey(event.detail.remotePeer) })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/connection-manager'
  }

  isStarted (): boolean {
    return this.#started
  }

  start (): void {
    const { metrics } = this.#components

    if (metrics != null) {
      registerConnectionMetrics(metrics, {
        connections: () => this.getConnections(),
        inboundPending: () => this.#admission.pending,
        outboundPending: () => this.#outboundPending
      })
    }

    this.#swarm.open()
    this.#pruner.start()
    this.#reconnects.start()
    this.#started = true
  }

  afterStart (): void {
    this.#reconnects.afterStart()
  }

  async stop (): Promise<void> {
    this.#started = false
    this.#reconnects.stop()
    this.#pruner.stop()
    this.#dialer.abort()
    await this.#swarm.close()
  }

  /** For the swarm: see `HostDialer`. */
  createDialer (components: Omit<DialerComponents, 'candidates'>): Dialer {
    return this.#dialer.createDialer(components)
  }

  /** See `NetworkState`. */
  resetNetworkState (): void {
    this.#dialer.resetNetworkState()
  }

  getConnections (peer?: PeerId): Connection[] {
    const swarm = this.#swarm.running

    return (peer == null ? swarm?.conns() : swarm?.connsToPeer(peer)) ?? []
  }

  /** A copy: later connections do not appear in it. */
  getConnectionsMap (): PeerMap<Connection[]> {
    const map = new PeerMap<Connection[]>()

    for (const connection of this.getConnections()) {
      map.set(connection.remotePeer, [...map.get(connection.remotePeer) ?? [], connection])
    }

    return map
  }

  getMaxConnections (): number {
    return this.#maxConnections
  }

  /** @throws {InvalidParametersError} below 1 */
  setMaxConnections (maxConnections: number): void {
    const isLess = checkMaxConnections(maxConnections) < this.#maxConnections
    this.#maxConnections = maxConnections

    if (isLess) {
      this.#pruner.prune()
    }
  }

  /**
   * An open connection to `target`, or a new one.
   *
   * @throws {NotStartedError} while the node is stopped
   * @throws {InvalidPeerIdError} for the own id
   * @throws {InvalidParametersError} for addresses of different peers
   * @throws {Error} of the dial, see `HostDialer.dial`
   */
  async openConnection (target: DialTarget, options: OpenConnectionOptions & { runOnLimitedConnection?: boolean } = {}): Promise<Connection> {
    if (!this.#started) {
      throw new NotStartedError('the node is not started')
    }

    this.#outboundPending++

    try {
      options.signal?.throwIfAborted()
      options.onProgress?.(progress('connection:open', target))
      const parsed = parseDialTarget(target)

      if (this.#components.peerId.equals(parsed.peer)) {
        throw new InvalidPeerIdError('Can not dial self')
      }

      const connection = this.#existing(parsed, options) ?? await this.#dial(parsed, options)
      options.onProgress?.(progress('connection:opened', connection))

      return connection
    } finally {
      this.#outboundPending--
    }
  }

  async openStream (target: DialTarget, protocol: string | string[], options: OpenConnectionOptions & NewStreamOptions = {}): Promise<Stream> {
    const connection = await this.openConnection(target, options)

    return connection.newStream(protocol, options)
  }

  async closeConnections (peer: PeerId, options: AbortOptions = {}): Promise<void> {
    await this.#swarm.running?.closePeer(peer, options)
  }

  acceptIncomingConnection (maConn: MultiaddrConnection): boolean {
    return this.#admission.accept(maConn)
  }

  afterUpgradeInbound (): void {
    this.#admission.release()
  }

  getDialQueue (): PendingDial[] {
    return this.#dialer.pending()
  }

  /** Whether a dial to one of the addresses would get as far as a transport. */
  async isDialable (multiaddrs: Multiaddr | Multiaddr[], options: IsDialableOptions = {}): Promise<boolean> {
    try {
      for (const address of await this.#dialer.dialable(Array.isArray(multiaddrs) ? multiaddrs : [multiaddrs], options)) {
        const isLimited = options.runOnLimitedConnection === false && Circuit.matches(address)

        if (!isLimited && await this.#components.connectionGater.denyDialMultiaddr?.(address) !== true) {
          return true
        }
      }
    } catch (err) {
      this.#log('%s is not dialable - %e', multiaddrs, err)
    }

    return false
  }

  #existing ({ addresses, peer }: PeerAddresses, options: OpenConnectionOptions & { runOnLimitedConnection?: boolean }): Connection | undefined {
    if (peer == null || options.force === true) {
      return undefined
    }

    const existing = existingConnection(this.getConnections(peer), addresses, options.runOnLimitedConnection === true)

    if (existing != null) {
      options.onProgress?.(progress('dial-queue:already-connected', existing))
    }

    return existing
  }

  async #dial (target: PeerAddresses, options: OpenConnectionOptions): Promise<Connection> {
    const connection = await this.#dialer.dial(target, options)

    if (connection.status !== 'open') {
      throw new ConnectionClosedError(`the connection to ${connection.remotePeer} was closed while it was opened`)
    }

    // an address that names no peer may lead to one that is connected already
    const duplicate = options.force === true
      ? undefined
      : this.getConnections(connection.remotePeer).find(({ id, remoteAddr }) => id !== connection.id && remoteAddr.equals(connection.remoteAddr))

    if (duplicate != null) {
      connection.abort(new InvalidMultiaddrError(`there is a connection to ${connection.remoteAddr} already`))
    }

    return duplicate ?? connection
  }

  /** An RSA peer id does not have the key in it, and the handshake is where it can be learned. */
  #storePublicKey (peer: PeerId): void {
    if (peer.type === 'RSA' && peer.publicKey != null) {
      this.#components.peerStore.patch(peer, { publicKey: peer.publicKey }).catch(err => {
        this.#log.error('could not store the public key of %p - %e', peer, err)
      })
    }
  }
}

function checkMaxConnections (maxConnections: number): number {
  if (maxConnections < 1) {
    throw new InvalidParametersError('Connection Manager maxConnections must be greater than 0')
  }

  return maxConnections
}
