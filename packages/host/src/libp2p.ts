import { InvalidParametersError } from '@libp2p/interface'
import { isMultiaddr } from '@multiformats/multiaddr'
import { setMaxListeners, TypedEventEmitter } from 'main-event'
import { assemble } from './assemble.ts'
import { namedPeer } from './dial-target.ts'
import { findPublicKey } from './public-key.ts'
import type { Components } from './components.ts'
import type { ConnectionManager } from './connections/connection-manager.ts'
import type { Libp2pInit, NetworkState } from './libp2p-init.ts'
import type { AbortOptions, ComponentLogger, Connection, ContentRouting, DialOptions, DialProtocolOptions, DialTarget, IsDialableOptions, Libp2p as Libp2pInterface, Libp2pEvents, Libp2pStatus, Logger, Metrics, PeerId, PeerRouting, PeerStore, PendingDial, PrivateKey, ServiceMap, Stream, StreamHandler, StreamHandlerOptions, StreamMiddleware, Topology } from '@libp2p/interface'
import type { OpenConnectionOptions } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a user dials goes before what services dial (js-libp2p's value). */
const USER_DIAL_PRIORITY = 75

export interface NodeIdentity {
  peerId: PeerId
  privateKey: PrivateKey
  logger: ComponentLogger
}

/** A node: js-libp2p's `Libp2p`, each member handed to the component that does it. */
export class Libp2p<T extends ServiceMap = ServiceMap> extends TypedEventEmitter<Libp2pEvents<T>> implements Libp2pInterface<T>, NetworkState {
  readonly peerId: PeerId
  readonly peerStore: PeerStore
  readonly contentRouting: ContentRouting
  readonly peerRouting: PeerRouting
  readonly metrics?: Metrics
  readonly services: T
  readonly logger: ComponentLogger
  status: Libp2pStatus = 'stopped'

  /** What services are given. js-libp2p's own tests look at it. */
  readonly components: Components & T
  readonly getPublicKey: Libp2pInterface<T>['getPublicKey']
  readonly #log: Logger

  constructor (init: Libp2pInit<T>, identity: NodeIdentity) {
    super()
    const events = new TypedEventEmitter<Libp2pEvents>()
    setMaxListeners(Infinity, events)
    const dispatch = events.dispatchEvent.bind(events)

    // every event of a component is an event of the node
    events.dispatchEvent = event => {
      const isHandled = dispatch(event)

      if (this.listenerCount(event.type) === 0) {
        return isHandled
      }

      return this.dispatchEvent(new CustomEvent(event.type, { detail: (event as CustomEvent).detail })) || isHandled
    }

    const { components, services } = assemble(init, { ...identity, events })
    this.components = components as Components & T
    this.services = services
    this.peerId = identity.peerId
    this.logger = identity.logger
    this.peerStore = components.peerStore
    this.peerRouting = components.peerRouting
    this.contentRouting = components.contentRouting
    this.#log = identity.logger.forComponent('libp2p')
    this.getPublicKey = (async (peer: PeerId, options?: AbortOptions) => findPublicKey(peer, components, options)) as Libp2pInterface<T>['getPublicKey']

    if (components.metrics != null) {
      this.metrics = components.metrics
    }
  }

  /**
   * Starts every component, then listens. Does nothing unless the node is stopped.
   *
   * @throws {Error} what a component failed with; the node is stopped again then
   */
  async start (): Promise<void> {
    if (this.status !== 'stopped') {
      return
    }

    this.status = 'starting'

    try {
      await this.components.beforeStart?.()
      await this.components.start()
      await this.components.afterStart?.()
    } catch (err) {
      this.#log.error('could not start - %e', err)
      this.status = 'started'
      await this.stop()
      throw err
    }

    this.status = 'started'
    this.safeDispatchEvent('start', { detail: this as Libp2pInterface<T> })
  }

  /** Closes listeners and connections. Does nothing unless the node is started. It may be started again. */
  async stop (): Promise<void> {
    if (this.status !== 'started') {
      return
    }

    this.status = 'stopping'
    await this.components.beforeStop?.()
    await this.components.stop()
    await this.components.afterStop?.()
    this.status = 'stopped'
    this.safeDispatchEvent('stop', { detail: this as Libp2pInterface<T> })
  }

  getMultiaddrs (): Multiaddr[] {
    return this.components.addressManager.getAddresses()
  }

  getProtocols (): string[] {
    return this.components.registrar.getProtocols()
  }

  getConnections (peer?: PeerId): Connection[] {
    return this.components.connectionManager.getConnections(peer)
  }

  getDialQueue (): PendingDial[] {
    return this.components.connectionManager.getDialQueue()
  }

  getPeers (): PeerId[] {
    return [...new Map(this.getConnections().map(({ remotePeer }) => [remotePeer.toString(), remotePeer])).values()]
  }

  async dial (target: DialTarget, options: DialOptions = {}): Promise<Connection> {
    return this.components.connectionManager.openConnection(target, { priority: USER_DIAL_PRIORITY, ...options })
  }

  /** @throws {InvalidParametersError} without protocols */
  async dialProtocol (target: DialTarget, protocols: string | string[], options: DialProtocolOptions = {}): Promise<Stream> {
    const wanted = Array.isArray(protocols) ? protocols : [protocols].filter(protocol => protocol != null)

    if (wanted.length === 0) {
      throw new InvalidParametersError('no protocols were provided to open a stream')
    }

    const prioritized: OpenConnectionOptions & DialProtocolOptions = { priority: USER_DIAL_PRIORITY, ...options }

    return this.components.connectionManager.openStream(target, wanted, prioritized)
  }

  /** @throws {InvalidParametersError} for an address that names no peer */
  async hangUp (peer: PeerId | Multiaddr, options: AbortOptions = {}): Promise<void> {
    const id = isMultiaddr(peer) ? namedPeer(peer) : peer

    if (id == null) {
      throw new InvalidParametersError(`cannot hang up on ${peer}, which names no peer`)
    }

    await this.components.connectionManager.closeConnections(id, options)
  }

  async handle (protocols: string | string[], handler: StreamHandler, options?: StreamHandlerOptions): Promise<void> {
    await Promise.all([protocols].flat().map(async protocol => this.components.registrar.handle(protocol, handler, options)))
  }

  async unhandle (protocols: string | string[], options?: AbortOptions): Promise<void> {
    await Promise.all([protocols].flat().map(async protocol => this.components.registrar.unhandle(protocol, options)))
  }

  async register (protocol: string, topology: Topology, options?: AbortOptions): Promise<string> {
    return this.components.registrar.register(protocol, topology, options)
  }

  unregister (id: string): void {
    this.components.registrar.unregister(id)
  }

  use (protocol: string, middleware: StreamMiddleware | StreamMiddleware[]): void {
    this.components.registrar.use(protocol, [middleware].flat())
  }

  unuse (protocol: string): void {
    this.components.registrar.unuse(protocol)
  }

  async isDialable (addresses: Multiaddr | Multiaddr[], options: IsDialableOptions = {}): Promise<boolean> {
    return this.components.connectionManager.isDialable(addresses, options)
  }

  resetNetworkState (): void {
    (this.components.connectionManager as ConnectionManager).resetNetworkState()
  }
}
