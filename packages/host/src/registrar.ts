import { InvalidParametersError } from '@libp2p/interface'
import { ProtocolTable } from '@libp2p-ws/swarm'
import { Topologies } from './topologies.ts'
import type { AbortOptions, ComponentLogger, Libp2pEvents, Metrics, PeerId, PeerStore, StreamHandler, StreamHandlerOptions, StreamHandlerRecord, StreamMiddleware, Topology } from '@libp2p/interface'
import type { Registrar as RegistrarInterface } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

export interface RegistrarComponents {
  peerId: PeerId
  peerStore: PeerStore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  metrics?: Metrics
}

/**
 * The protocols that this node speaks, and who wants to know which peers speak
 * them. What it speaks is kept in its own entry of the peer store, so that
 * identify-push tells the others.
 */
export class Registrar implements RegistrarInterface {
  readonly #components: RegistrarComponents
  readonly #table = new ProtocolTable()
  readonly #topologies: Topologies

  constructor (components: RegistrarComponents) {
    this.#components = components
    this.#topologies = new Topologies(components)
    components.metrics?.registerMetric('libp2p_registrar_protocol_handlers', {
      calculate: () => this.#table.getProtocols().length
    })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/registrar'
  }

  getProtocols (): string[] {
    return this.#table.getProtocols()
  }

  getHandler (protocol: string): StreamHandlerRecord {
    return this.#table.getHandler(protocol)
  }

  findHandler (protocol: string): StreamHandlerRecord | undefined {
    return this.#table.findHandler(protocol)
  }

  /** @throws {DuplicateProtocolHandlerError} when there is a handler and `force` is not set */
  async handle (protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): Promise<void> {
    this.#table.handle(protocol, handler, options)
    await this.#components.peerStore.merge(this.#components.peerId, { protocols: [protocol] }, options)
  }

  async unhandle (protocols: string | string[], options?: AbortOptions): Promise<void> {
    for (const protocol of Array.isArray(protocols) ? protocols : [protocols]) {
      this.#table.unhandle(protocol)
    }

    await this.#components.peerStore.patch(this.#components.peerId, { protocols: this.getProtocols() }, options)
  }

  use (protocol: string, middleware: StreamMiddleware[]): void {
    this.#table.use(protocol, middleware)
  }

  unuse (protocol: string): void {
    this.#table.unuse(protocol)
  }

  getMiddleware (protocol: string): StreamMiddleware[] {
    return this.#table.getMiddleware(protocol)
  }

  /** @throws {InvalidParametersError} without a topology */
  async register (protocol: string, topology: Topology): Promise<string> {
    if (topology == null) {
      throw new InvalidParametersError(`invalid topology for ${protocol}: ${String(topology)}`)
    }

    return this.#topologies.add(protocol, topology)
  }

  unregister (id: string): void {
    this.#topologies.remove(id)
  }

  getTopologies (protocol: string): Topology[] {
    return this.#topologies.of(protocol)
  }
}
