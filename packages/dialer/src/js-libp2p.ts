/**
 * This dialer in an application on stock js-libp2p: one service, no fork.
 *
 * @example
 * ```ts
 * import { createLibp2p } from 'libp2p'
 * import { parallelDialing } from '@libp2p-ws/dialer/js-libp2p'
 *
 * const node = await createLibp2p({
 *   // transports and so on, as before
 *   services: { dialing: parallelDialing() }
 * })
 * ```
 */
import { isPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { dns, RecordType } from '@multiformats/dns'
import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import { toDialAddress } from './dial-address.ts'
import { dialer } from './dialer.ts'
import { dnsaddrResolver } from './dnsaddr-resolver.ts'
import { peerStoreAddressBook } from './peer-store-address-book.ts'
import { DEFAULT_DIAL_PRIORITY, SILENCE } from './sans-io/constants.ts'
import type { DialerInit } from './dialer-options.ts'
import type { Dialer } from './dialer.ts'
import type { ComponentLogger, Connection, ConnectionGater, Metrics, PeerId, PeerRouting, PeerStore, Startable } from '@libp2p/interface'
import type { AddressManager, ConnectionManager, OpenConnectionOptions, TransportManager } from '@libp2p/interface-internal'
import type { CandidatesOptions, ConnectOptions, DialCandidate, DialerComponents, DialPeerOptions } from '@libp2p-ws/core'
import type { DNS } from '@multiformats/dns'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What the service uses of js-libp2p's components. */
export interface ParallelDialingComponents {
  peerId: PeerId
  addressManager: AddressManager
  connectionManager: ConnectionManager
  transportManager: TransportManager
  peerStore: PeerStore
  peerRouting: PeerRouting
  connectionGater: ConnectionGater
  logger: ComponentLogger
  metrics?: Metrics
  dns?: DNS
}

/**
 * A js-libp2p service: while the node runs, its connection manager opens
 * connections with this dialer. Everything else stays as it is: transports,
 * upgrader, gater, events, peer store.
 */
export function parallelDialing (init: DialerInit = {}): (components: ParallelDialingComponents) => ParallelDialing {
  return components => new ParallelDialing(components, init)
}

type OpenConnection = ConnectionManager['openConnection']

// the order in which js-libp2p's upgrader reports them
const PHASES = new Map<string, Array<Parameters<ConnectOptions['onPhase']>[0]>>([
  ['upgrader:encrypt-outbound-connection', ['connected', 'securing']],
  ['upgrader:multiplex-outbound-connection', ['muxing']]
])

/** See `parallelDialing`. */
export class ParallelDialing implements Startable {
  readonly [Symbol.toStringTag]: string = '@libp2p-ws/dialer'
  readonly #components: ParallelDialingComponents
  readonly #init: DialerInit
  readonly #original: OpenConnection
  #dialer: Dialer | undefined

  constructor (components: ParallelDialingComponents, init: DialerInit) {
    this.#components = components
    this.#init = {
      resolvers: { dnsaddr: dnsaddrResolver(async (name, options) => lookupTxt(components.dns ?? dns(), name, options.signal)) },
      addressBook: peerStoreAddressBook(components.peerStore),
      ...init
    }
    const { connectionManager } = components
    this.#original = connectionManager.openConnection.bind(connectionManager)

    // js-libp2p opens every outbound connection with this method: dial, dialProtocol, reconnects and services
    connectionManager.openConnection = async (target, options) => this.#open(target, options)
  }

  /** The dialer in use; absent while the node is stopped. */
  get dialer (): Dialer | undefined {
    return this.#dialer
  }

  start (): void {
    this.#dialer = dialer(this.#init)(dialerComponents(this.#components))
  }

  async stop (): Promise<void> {
    const running = this.#dialer
    this.#dialer = undefined
    await running?.close()
  }

  async #open (target: Parameters<OpenConnection>[0], options: OpenConnectionOptions = {}): Promise<Connection> {
    if (this.#dialer === undefined) {
      return this.#original(target, options)
    }

    const { peer, addresses } = toTarget(target)

    if (peer === undefined) {
      return this.#dialer.dialAddresses(addresses, pick(options))
    }

    if (addresses.length === 0) {
      return this.#dialer.dialPeer(peer, pick(options))
    }

    // as js-libp2p: who asks for a direct address is not given a relayed connection
    const wantsDirect = !addresses.every(isRelayed) && openConnection(this.#components, peer)?.direct === false

    return this.#dialer.dialPeer(peer, { ...pick(options), addresses, onlyAddresses: true, ...(wantsDirect ? { force: true } : {}) })
  }
}

function dialerComponents (components: ParallelDialingComponents): DialerComponents {
  const { addressManager, transportManager, peerId, connectionGater, logger, metrics } = components

  return {
    peerId,
    connectionGater,
    logger,
    ...(metrics == null ? {} : { metrics }),
    canDial: address => transportManager.dialTransportForMultiaddr(address) != null,
    candidates: (peer, options) => findAddresses(components, peer, options),
    connection: peer => openConnection(components, peer),
    ownAddresses: () => addressManager.getAddresses(),
    connect: async (address, { signal, peer, initiator, onPhase, onProgress }) => {
      const connection = await transportManager.dial(peer === undefined || endsInPeer(address) ? address : address.encapsulate(`/p2p/${peer}`), {
        signal,
        ...(initiator === undefined ? {} : { initiator }),
        onProgress: event => {
          PHASES.get(event.type)?.forEach(phase => { onPhase(phase) })
          onProgress?.(event)
        }
      })
      remember(components, connection)

      return connection
    }
  }
}

/**
 * The peer store's addresses; peer routing's too, once none of those is left to
 * dial or all have been silent for a while. A service that dials peers whose
 * addresses are known gets those alone, as in js-libp2p: the services are peer
 * routing themselves, and each peer they do not reach would start another search.
 */
async function * findAddresses ({ peerStore, peerRouting }: ParallelDialingComponents, peer: PeerId, { signal, needed, priority }: CandidatesOptions): AsyncGenerator<DialCandidate> {
  const known = await peerStore.get(peer, { signal }).catch(() => undefined)
  const addresses = known?.addresses ?? []

  for (const { multiaddr } of addresses) {
    yield { address: multiaddr, source: 'peer-store' }
  }

  await needed(SILENCE)

  // js-libp2p gives the dials of the application a higher priority than those of services
  if (addresses.length > 0 && priority() <= DEFAULT_DIAL_PRIORITY) {
    return
  }

  // without routers js-libp2p throws; the dial then has no more addresses
  const found = await peerRouting.findPeer(peer, { signal }).catch(() => undefined)

  for (const multiaddr of found?.multiaddrs ?? []) {
    yield { address: multiaddr, source: 'peer-routing' }
  }
}

/** What js-libp2p's dial queue leaves in the peer store after a success. */
function remember ({ peerStore, logger }: ParallelDialingComponents, { remotePeer, remoteAddr }: Connection): void {
  const metadata = { 'last-dial-success': new TextEncoder().encode(Date.now().toString()) }
  peerStore.merge(remotePeer, { multiaddrs: [remoteAddr], metadata }).catch(err => {
    logger.forComponent('libp2p-ws:dialer').error('could not store the address of %p - %e', remotePeer, err)
  })
}

/** As js-libp2p's `findExistingConnection`: open, without limits, direct if there is such a one. */
function openConnection ({ connectionManager }: ParallelDialingComponents, peer: PeerId): Connection | undefined {
  const open = connectionManager.getConnections(peer).filter(({ status, limits }) => status === 'open' && limits == null)

  return open.find(({ direct }) => direct) ?? open[0]
}

function toTarget (target: Parameters<OpenConnection>[0]): { peer: PeerId | undefined, addresses: Multiaddr[] } {
  if (isPeerId(target)) {
    return { peer: target, addresses: [] }
  }

  const addresses = Array.isArray(target) ? target : [target]
  const name = addresses[0]?.getComponents().findLast(({ code }) => code === CODE_P2P)?.value

  return {
    peer: name === undefined ? undefined : peerIdFromString(name),
    addresses: addresses.filter(address => toDialAddress(address, undefined) !== undefined)
  }
}

function pick ({ signal, priority, force, initiator, onProgress }: OpenConnectionOptions): DialPeerOptions {
  return {
    ...(signal == null ? {} : { signal }),
    ...(priority == null ? {} : { priority }),
    ...(force == null ? {} : { force }),
    ...(initiator == null ? {} : { initiator }),
    ...(onProgress == null ? {} : { onProgress })
  }
}

function endsInPeer (address: Multiaddr): boolean {
  return address.getComponents().at(-1)?.code === CODE_P2P
}

function isRelayed (address: Multiaddr): boolean {
  return address.getComponents().some(({ code }) => code === CODE_P2P_CIRCUIT)
}

async function lookupTxt (resolver: DNS, name: string, signal: AbortSignal | undefined): Promise<string[]> {
  const { Answer } = await resolver.query(name, { types: [RecordType.TXT], ...(signal === undefined ? {} : { signal }) })

  return Answer.map(({ data }) => data.replace(/["']/g, '').trim())
}
