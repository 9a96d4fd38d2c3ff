import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { Mappings } from './mappings.ts'
import { ipConfig } from './net-config.ts'
import { ObservedAddresses } from './observed-addresses.ts'
import { TransportAddresses } from './transport-addresses.ts'
import type { AddressTable } from './mappings.ts'
import type { ComponentLogger, Libp2pEvents, Logger, Metrics, PeerId, PeerStore, Startable } from '@libp2p/interface'
import type { AddressManager as AddressManagerInterface, AddressType, ConfirmAddressOptions, NodeAddress, TransportManager } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { TypedEventTarget } from 'main-event'

/** Addresses that other peers see us at, kept at the most (js-libp2p's default). */
export const MAX_OBSERVED_ADDRESSES = 10

/** Ms until a verified address is verified again (js-libp2p's default). */
export const ADDRESS_VERIFICATION_TTL = 600_000

/** Ms until an address that could not be verified is tried again (js-libp2p's default). */
export const ADDRESS_VERIFICATION_RETRY = 300_000

/** Sockets that we were seen at, each of which is looked at once. Other peers send them, so there has to be an end. */
const MAX_SEEN_SOCKETS = 1_024

/** Ms that changes are collected for, so that peers hear of a start once (js-libp2p's value). */
const UPDATE_DELAY = 1_000

/** Takes the addresses of the node, returns those to announce. */
export type AddressFilter = (addresses: Multiaddr[]) => Multiaddr[]

/** `addresses` of `Libp2pInit`. */
export interface AddressManagerInit {
  /** Multiaddrs to listen on. Default: none. */
  listen?: string[]

  /** Multiaddrs to announce in place of those that transports listen on. Default: none. */
  announce?: string[]

  /** Multiaddrs to announce beside those that transports listen on. Default: none. */
  appendAnnounce?: string[]

  /** Multiaddrs never to announce, with or without /p2p. Default: none. */
  noAnnounce?: string[]

  /** Last word on what is announced. Default: everything. */
  announceFilter?: AddressFilter

  /** Default 10. */
  maxObservedAddresses?: number

  /** Ms, default 600,000. Needs a service that verifies, such as autonat. */
  addressVerificationTTL?: number

  /** Ms, default 300,000. Needs a service that verifies, such as autonat. */
  addressVerificationRetry?: number
}

export interface AddressManagerComponents {
  peerId: PeerId
  transportManager: TransportManager
  peerStore: PeerStore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  metrics?: Metrics
}

/**
 * Where this node can be reached: what transports listen on, what routers and
 * names map to that, what other peers see, less what nobody could verify.
 */
export class AddressManager implements AddressManagerInterface, Startable {
  readonly #components: AddressManagerComponents
  readonly #listen: Multiaddr[]
  readonly #announce: Multiaddr[]
  readonly #appendAnnounce: Multiaddr[]
  readonly #noAnnounce: Set<string>
  readonly #filter: AddressFilter
  readonly #ttl: number
  readonly #retry: number
  readonly #observed: ObservedAddresses
  readonly #transports: TransportAddresses
  readonly #mappings: Mappings
  readonly #seenSockets = new Set<string>()
  readonly #log: Logger
  #update: ReturnType<typeof setTimeout> | undefined

  /** @throws {Error} when a configured address is no multiaddr */
  constructor (components: AddressManagerComponents, init: AddressManagerInit = {}) {
    this.#components = components
    this.#log = components.logger.forComponent('libp2p:address-manager')
    this.#listen = (init.listen ?? []).map(address => multiaddr(address))
    this.#announce = unique(init.announce ?? [])
    this.#appendAnnounce = unique(init.appendAnnounce ?? [])
    this.#noAnnounce = new Set((init.noAnnounce ?? []).map(address => this.#withoutOwnId(multiaddr(address)).toString()))
    this.#filter = init.announceFilter ?? (addresses => addresses)
    this.#ttl = init.addressVerificationTTL ?? ADDRESS_VERIFICATION_TTL
    this.#retry = init.addressVerificationRetry ?? ADDRESS_VERIFICATION_RETRY
    this.#observed = new ObservedAddresses(init.maxObservedAddresses ?? MAX_OBSERVED_ADDRESSES, components.metrics)
    this.#transports = new TransportAddresses(components.metrics)
    this.#mappings = new Mappings(components.metrics)
    components.events.addEventListener('transport:listening', () => { this.#scheduleUpdate() })
    components.events.addEventListener('transport:close', () => { this.#scheduleUpdate() })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/address-manager'
  }

  start (): void {}

  stop (): void {}

  /** Listeners that close while the node stops would still schedule an update in `stop`. */
  afterStop (): void {
    clearTimeout(this.#update)
    this.#update = undefined
  }

  getListenAddrs (): Multiaddr[] {
    return [...this.#listen]
  }

  getAnnounceAddrs (): Multiaddr[] {
    return [...this.#announce]
  }

  getAppendAnnounceAddrs (): Multiaddr[] {
    return [...this.#appendAnnounce]
  }

  getObservedAddrs (): Multiaddr[] {
    return this.#observed.all().map(address => address.multiaddr)
  }

  /** What is announced: verified, each once, ending in /p2p and the own id. */
  getAddresses (): Multiaddr[] {
    const verified = this.getAddressesWithMetadata()
      .filter(address => address.verified)
      .map(address => this.#withoutOwnId(address.multiaddr).toString())
    const announced = [...new Set(verified)].filter(address => !this.#noAnnounce.has(address))

    return this.#filter(announced.map(address => multiaddr(address).encapsulate(`/p2p/${this.#components.peerId}`)))
  }

  getAddressesWithMetadata (): NodeAddress[] {
    if (this.#announce.length > 0) {
      return this.#announced(this.#announce)
    }

    const own = [
      ...this.#components.transportManager.getAddrs().map(address => this.#transports.describe(address, this.#ttl)),
      ...this.#announced(this.#appendAnnounce),
      ...this.#observed.all()
    ]

    return this.#mappings.apply(own)
  }

  /** Somebody says that we are seen at `address`. Only IP addresses that are new to us are kept. */
  addObservedAddr (address: Multiaddr): void {
    const config = ipConfig(address)

    if (config == null) {
      return
    }

    const socket = `${config.type} ${config.host} ${config.port}`

    if (this.#seenSockets.has(socket) || this.#seenSockets.size >= MAX_SEEN_SOCKETS) {
      return
    }

    this.#seenSockets.add(socket)
    const observed = this.#withoutOwnId(address)

    if (!this.#mappings.has(observed)) {
      this.#observed.add(observed)
    }
  }

  /** Somebody reached us at `address`. */
  confirmObservedAddr (address: Multiaddr, options: ConfirmAddressOptions = {}): void {
    const confirmed = this.#withoutOwnId(address)
    const ttl = options.ttl ?? this.#ttl
    const changes = this.#tablesOf(confirmed, options.type).map(table => table.confirm(confirmed, ttl))

    if (options.type === 'observed' || this.#observed.has(confirmed)) {
      changes.push(this.#confirmObserved(confirmed, ttl))
    }

    if (changes.includes(true)) {
      this.#scheduleUpdate()
    }
  }

  /** We could not be reached at `address`. */
  removeObservedAddr (address: Multiaddr, options: ConfirmAddressOptions = {}): void {
    const removed = this.#withoutOwnId(address)
    const ttl = options.ttl ?? this.#retry
    const changes = this.#tablesOf(removed).map(table => table.unconfirm(removed, ttl))
    changes.push(this.#observed.remove(removed))

    if (changes.includes(true)) {
      this.#scheduleUpdate()
    }
  }

  addDNSMapping (domain: string, ips: string[]): void {
    this.#mappings.addDNS(domain, ips)
  }

  removeDNSMapping (domain: string): void {
    if (this.#mappings.removeDNS(domain)) {
      this.#scheduleUpdate()
    }
  }

  addPublicAddressMapping (internalIp: string, internalPort: number, externalIp: string, externalPort: number = internalPort, protocol: 'tcp' | 'udp' = 'tcp'): void {
    const mapped = this.#mappings.addIP({ internalIp, internalPort, externalIp, externalPort, protocol })
    mapped != null && this.#observed.removePrefixed(mapped)
  }

  removePublicAddressMapping (_internalIp: string, internalPort: number, externalIp: string, externalPort: number = internalPort, protocol: 'tcp' | 'udp' = 'tcp'): void {
    if (this.#mappings.removeIP(externalIp, externalPort, protocol)) {
      this.#scheduleUpdate()
    }
  }

  #tablesOf (address: Multiaddr, type?: AddressType): AddressTable[] {
    const tables: Record<string, AddressTable> = { transport: this.#transports, ...this.#mappings.tables }

    return Object.entries(tables)
      .filter(([name, table]) => name === type || table.has(address))
      .map(([, table]) => table)
  }

  #confirmObserved (address: Multiaddr, ttl: number): boolean {
    if (this.#mappings.confirmObserved(address, this.#components.transportManager.getListeners(), ttl)) {
      this.#observed.remove(address)

      return true
    }

    return this.#observed.confirm(address, ttl)
  }

  #announced (addresses: Multiaddr[]): NodeAddress[] {
    const announced = [...addresses]

    // transports add what is known at run time only, such as certificate hashes
    for (const listener of announced.length === 0 ? [] : this.#components.transportManager.getListeners()) {
      listener.updateAnnounceAddrs(announced)
    }

    const now = Date.now()

    return announced.map(address => ({ multiaddr: address, type: 'announce', verified: true, expires: now + this.#ttl, lastVerified: now }))
  }

  #scheduleUpdate (): void {
    clearTimeout(this.#update)
    this.#update = setTimeout(() => { this.#updatePeerStore() }, UPDATE_DELAY)
  }

  /** The own entry of the peer store is what identify sends. */
  #updatePeerStore (): void {
    const multiaddrs = this.getAddresses().map(address => this.#withoutOwnId(address))

    this.#components.peerStore.patch(this.#components.peerId, { multiaddrs }).catch(err => {
      this.#log.error('could not store the own addresses - %e', err)
    })
  }

  #withoutOwnId (address: Multiaddr): Multiaddr {
    const own = this.#components.peerId.toString()
    const last = address.getComponents().at(-1)

    return last?.code === CODE_P2P && last.value === own ? address.decapsulate(`/p2p/${own}`) : address
  }
}

function unique (addresses: string[]): Multiaddr[] {
  return [...new Set(addresses.map(address => multiaddr(address).toString()))].map(address => multiaddr(address))
}
