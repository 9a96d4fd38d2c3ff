import { FaultTolerance, InvalidParametersError } from '@libp2p/interface'
import { IP4, IP6 } from '@multiformats/multiaddr-matcher'
import { TransportUnavailableError, UnsupportedListenAddressError, UnsupportedListenAddressesError } from '../errors.ts'
import { progress } from '../progress.ts'
import type { HostSwarm } from '../host-swarm.ts'
import type { ComponentLogger, Connection, Listener, Logger, Metrics, Startable, Transport, Upgrader } from '@libp2p/interface'
import type { AddressManager, TransportManagerDialOptions, TransportManager as TransportManagerInterface } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** `transportManager` of `Libp2pInit`. */
export interface TransportManagerInit {
  /** Whether a listen address that does not work keeps the node from starting. Default `FATAL_ALL`: it does. */
  faultTolerance?: FaultTolerance
}

export interface TransportManagerComponents {
  addressManager: AddressManager
  upgrader: Upgrader
  logger: ComponentLogger
  metrics?: Metrics
}

/** The transports of the node by their tag, and their listeners, which are the swarm's. */
export class TransportManager implements TransportManagerInterface, Startable {
  readonly #components: TransportManagerComponents
  readonly #swarm: HostSwarm
  readonly #transports = new Map<string, Transport>()
  readonly #faultTolerance: FaultTolerance
  readonly #log: Logger
  #started = false

  constructor (components: TransportManagerComponents, init: TransportManagerInit = {}, swarm: HostSwarm) {
    this.#components = components
    this.#swarm = swarm
    this.#faultTolerance = init.faultTolerance ?? FaultTolerance.FATAL_ALL
    this.#log = components.logger.forComponent('libp2p:transports')
    components.metrics?.registerMetric('libp2p_transport_manager_transports', { calculate: () => this.#transports.size })
    components.metrics?.registerMetric('libp2p_transport_manager_listeners', { calculate: () => this.getListeners().length })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/transport-manager'
  }

  isStarted (): boolean {
    return this.#started
  }

  start (): void {
    this.#started = true
  }

  /** @throws {UnsupportedListenAddressesError} see `listen` */
  async afterStart (): Promise<void> {
    await this.listen(this.#components.addressManager.getListenAddrs())
  }

  /** The listeners close with the swarm. */
  stop (): void {
    this.#started = false
  }

  /** @throws {InvalidParametersError} when the transport has no tag, or one that is taken */
  add (transport: Transport): void {
    const tag = transport[Symbol.toStringTag]

    if (tag == null) {
      throw new InvalidParametersError('a transport must have a Symbol.toStringTag')
    }

    if (this.#transports.has(tag)) {
      throw new InvalidParametersError(`there is a transport with the tag ${tag} already`)
    }

    this.#transports.set(tag, transport)
    this.#swarm.addTransport(transport)
  }

  /** Dials with the first transport that takes `address`, past the dialer and its limits. */
  async dial (address: Multiaddr, options: TransportManagerDialOptions = {}): Promise<Connection> {
    const transport = this.dialTransportForMultiaddr(address)

    if (transport == null) {
      throw new TransportUnavailableError(address.toString())
    }

    options.onProgress?.(progress('transport-manager:selected-transport', transport[Symbol.toStringTag]))

    // which progress events there are depends on the transport, which is not known here
    return transport.dial(address, { ...options, upgrader: this.#components.upgrader } as Parameters<Transport['dial']>[1])
  }

  getAddrs (): Multiaddr[] {
    return this.getListeners().flatMap(listener => listener.getAddrs())
  }

  getTransports (): Transport[] {
    return [...this.#transports.values()]
  }

  getListeners (): Listener[] {
    return this.#swarm.running?.listeners() ?? []
  }

  dialTransportForMultiaddr (address: Multiaddr): Transport | undefined {
    return this.getTransports().find(transport => transport.dialFilter([address]).length > 0)
  }

  listenTransportForMultiaddr (address: Multiaddr): Transport | undefined {
    return this.getTransports().find(transport => transport.listenFilter([address]).length > 0)
  }

  /**
   * Listens on every address that a transport takes. That none of the IPv6 ones
   * works, where all of the IPv4 ones do, only says that there is no IPv6 here.
   *
   * @throws {NotStartedError} before the node starts
   * @throws {UnsupportedListenAddressesError} when one does not work or no transport takes any, unless `faultTolerance` is `NO_FATAL`
   */
  async listen (addresses: Multiaddr[]): Promise<void> {
    const swarm = this.#swarm.assertRunning()
    const failures = new Map<Multiaddr, Error>()
    const supported = addresses.filter(address => this.listenTransportForMultiaddr(address) != null)

    await Promise.all(addresses.map(async address => {
      try {
        if (!supported.includes(address)) {
          throw new UnsupportedListenAddressError(address.toString())
        }

        await swarm.addListenAddr(address)
      } catch (err) {
        this.#log.error('could not listen on %a - %e', address, err)
        failures.set(address, err instanceof Error ? err : new Error(String(err)))
      }
    }))

    const failed = supported.filter(address => failures.has(address))
    const isFine = addresses.length === 0 || (supported.length > 0 && (failed.length === 0 || isOnlyIPv6(supported, failed)))

    if (!isFine && this.#faultTolerance !== FaultTolerance.NO_FATAL) {
      throw new UnsupportedListenAddressesError(new Map([...failures].map(([address, error]) => [address.toString(), error])))
    }
  }

  /** Closes the listeners of the transport with this tag, then forgets it. */
  async remove (tag: string): Promise<void> {
    const transport = this.#transports.get(tag)

    if (transport != null) {
      this.#transports.delete(tag)
      await this.#swarm.removeTransport(transport)
    }
  }

  async removeAll (): Promise<void> {
    await Promise.all([...this.#transports.keys()].map(async tag => { await this.remove(tag) }))
  }
}

function isOnlyIPv6 (addresses: Multiaddr[], failed: Multiaddr[]): boolean {
  return addresses.some(address => IP4.matches(address)) &&
    failed.every(address => IP6.matches(address)) &&
    failed.length === addresses.filter(address => IP6.matches(address)).length
}
