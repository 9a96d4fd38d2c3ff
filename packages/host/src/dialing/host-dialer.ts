import { dialer } from '@libp2p-ws/dialer'
import { WebRTC } from '@multiformats/multiaddr-matcher'
import { setMaxListeners } from 'main-event'
import { raceSignal } from 'race-signal'
import { progress } from '../progress.ts'
import { backoffOf } from './backoff.ts'
import { asLibp2pError, dialTimeoutError } from './dial-errors.ts'
import { DialHistory } from './dial-history.ts'
import { DialQueue } from './dial-queue.ts'
import { dialUnnamed } from './dial-unnamed.ts'
import { peerAddresses } from './peer-addresses.ts'
import { Resolvers } from './resolvers.ts'
import { sortedRanker } from './sorted-ranker.ts'
import type { DialJob } from './dial-queue.ts'
import type { PeerAddressComponents } from './peer-addresses.ts'
import type { ResolversComponents } from './resolvers.ts'
import type { ConnectionManagerInit } from '../connections/init.ts'
import type { PeerAddresses } from '../dial-target.ts'
import type { HostSwarm } from '../host-swarm.ts'
import type { AbortOptions, Connection, Logger, Metrics, PeerId, PendingDial } from '@libp2p/interface'
import type { OpenConnectionOptions, TransportManager } from '@libp2p/interface-internal'
import type { CandidatesOptions, Dialer, DialerComponents, DialCandidate, DialPeerOptions } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Ms for a dial as a whole where the caller brings no signal (js-libp2p's default). */
export const DIAL_TIMEOUT = 10_000

/**
 * Ms after which the dialer ends any dial. A caller that brings a signal decides
 * alone how long it waits, so this only has to be more than anybody means.
 */
const LONGEST_DIAL = 86_400_000

/**
 * Peers dialed at one time: js-libp2p has 100 here, 50 in browsers, to bound its
 * sockets. The dialer bounds them by itself, at 160, over all peers.
 */
export const MAX_PARALLEL_DIALS: number = Infinity

/** Ms for one address (js-libp2p's default). */
export const ADDRESS_DIAL_TIMEOUT = 6_000

/** Addresses of one peer tried in one dial (js-libp2p's default). */
export const MAX_PEER_ADDRS_TO_DIAL = 25

/** Keys of a peer's metadata in the peer store: when a dial last succeeded or failed, ms since the epoch as text. */
const LAST_DIAL_SUCCESS = 'last-dial-success'
const LAST_DIAL_FAILURE = 'last-dial-failure'

export interface HostDialerComponents extends PeerAddressComponents, ResolversComponents {
  transportManager: TransportManager
  metrics?: Metrics
}

/**
 * Dials as js-libp2p's callers expect it, with our dialer doing the work: a
 * place in the queue, and the addresses of the caller or else of the peer store
 * and routing.
 */
export class HostDialer {
  readonly #components: HostDialerComponents
  readonly #init: ConnectionManagerInit
  readonly #swarm: HostSwarm
  readonly #resolvers: Resolvers
  readonly #queue: DialQueue
  readonly #history: DialHistory
  readonly #recorded = new WeakSet<DialJob>()
  readonly #shared = new WeakMap<DialJob, Promise<Connection>>()
  readonly #log: Logger

  constructor (components: HostDialerComponents, init: ConnectionManagerInit, swarm: HostSwarm) {
    this.#components = components
    this.#init = init
    this.#swarm = swarm
    this.#log = components.logger.forComponent('libp2p:connection-manager:dial-queue')
    this.#resolvers = new Resolvers(components, init.resolvers)
    this.#history = new DialHistory(components.peerStore)
    this.#queue = new DialQueue({
      maxParallelDials: init.maxParallelDials ?? MAX_PARALLEL_DIALS,
      maxDialQueueLength: init.maxDialQueueLength
    }, async (job, target, options) => this.#run(job, target, options))
    components.metrics?.registerMetricGroup('libp2p_dial_queue', {
      calculate: () => ({ size: this.#queue.size, running: this.#queue.running, queued: this.#queue.size - this.#queue.running })
    })
  }

  pending (): PendingDial[] {
    return this.#queue.pending()
  }

  /** Rejects every dial. */
  abort (): void {
    this.#queue.abort()
  }

  /** What was learned of a network that is not there any more. */
  resetNetworkState (): void {
    this.#swarm.running?.dialer.resetNetworkState()
  }

  /** Addresses of `peer` that failed may be dialed again at once. */
  forgetFailures (peer: PeerId): void {
    this.#swarm.running?.backoff?.clear(peer)
  }

  /** The dialer that works in the swarm. */
  createDialer (components: Omit<DialerComponents, 'candidates'>): Dialer {
    const { addressDialTimeout: dialTimeout = ADDRESS_DIAL_TIMEOUT, addressSorter, dialBackoff } = this.#init

    return dialer({
      dialPeerTimeout: LONGEST_DIAL,
      dialTimeout,
      // the same for private addresses: webrtc by way of a local relay is slower than its address looks
      dialTimeoutLocal: dialTimeout,
      backoff: backoffOf(dialBackoff),
      addressBook: this.#history,
      resolvers: this.#resolvers.forDialer(),
      ...(addressSorter == null ? {} : { ranker: sortedRanker(addressSorter) }),
      ...this.#init.dialer
    })({
      ...components,
      canDial: address => this.#hasTransport(address),
      candidates: (peer, options) => this.#candidates(peer, options),
      connect: async (address, options) => {
        options.onProgress?.(progress('transport-manager:selected-transport', this.#components.transportManager.dialTransportForMultiaddr(address)?.[Symbol.toStringTag]))

        return components.connect(address, options)
      }
    })
  }

  /** @throws {Error} by js-libp2p's names, see `asLibp2pError`; `TimeoutError` after `dialTimeout`, unless the caller brings a signal */
  async dial (target: PeerAddresses, options: OpenConnectionOptions): Promise<Connection> {
    if (options.signal != null) {
      return this.#queue.dial(target, options)
    }

    const ms = this.#init.dialTimeout ?? DIAL_TIMEOUT
    const whom = target.peer?.toString() ?? target.addresses.join(', ')
    const controller = new AbortController()
    setMaxListeners(Infinity, controller.signal)
    const timer = setTimeout(() => { controller.abort(dialTimeoutError(whom, ms, this.#swarm.running?.dialer.pending() ?? [])) }, ms)

    try {
      return await this.#queue.dial(target, { ...options, signal: controller.signal })
    } finally {
      clearTimeout(timer)
    }
  }

  /** Those of `addresses`, resolved, that a transport takes. */
  async dialable (addresses: Multiaddr[], options: AbortOptions): Promise<Multiaddr[]> {
    const resolved = await this.#resolvers.resolve(addresses, options)

    return resolved.filter(address => this.#hasTransport(address))
  }

  async #run (job: DialJob, target: PeerAddresses, options: OpenConnectionOptions): Promise<Connection> {
    try {
      const connection = await (target.peer == null ? this.#dialAddresses(job, options) : this.#dialPeer(target.peer, target.addresses, options))
      // whoever reads the peer store next waits behind this; the caller need not
      void this.#record(job, connection.remotePeer, LAST_DIAL_SUCCESS, [connection.remoteAddr])

      return connection
    } catch (err) {
      if (target.peer != null) {
        await this.#record(job, target.peer, LAST_DIAL_FAILURE, [])
      }

      throw asLibp2pError(err, address => this.#resolvers.failureOf(address))
    }
  }

  /** Callers for one peer join in the dialer, which takes the addresses of each of them. */
  async #dialPeer (peer: PeerId, addresses: Multiaddr[], options: OpenConnectionOptions): Promise<Connection> {
    const swarm = this.#swarm.assertRunning()

    if (options.force === true) {
      this.forgetFailures(peer)
    }

    return swarm.dialPeer(peer, {
      ...dialOptions(options),
      // an open connection that would do had been found by now
      force: options.force === true || swarm.connsToPeer(peer).length > 0,
      // the relayed connection by which they are negotiated is not what was asked for
      allowLimited: addresses.length === 0 || !addresses.every(address => WebRTC.exactMatch(address)),
      ...(addresses.length === 0 ? {} : { addresses: this.#limited(addresses, options.onProgress), onlyAddresses: true })
    })
  }

  /** Without a peer there is nothing to join by but the addresses: callers share the first one's dial. */
  async #dialAddresses (job: DialJob, options: OpenConnectionOptions): Promise<Connection> {
    const shared = this.#shared.get(job) ?? this.#resolveAndDial([...job.addresses.values()], { ...options, signal: job.signal })
    this.#shared.set(job, shared)

    return raceSignal(shared, options.signal)
  }

  async #resolveAndDial (addresses: Multiaddr[], options: OpenConnectionOptions): Promise<Connection> {
    const resolved = await this.#resolvers.resolve(addresses, options)

    return dialUnnamed(this.#swarm.assertRunning(), this.#limited(resolved, options.onProgress), dialOptions(options))
  }

  async * #candidates (peer: PeerId, options: CandidatesOptions): AsyncGenerator<DialCandidate> {
    for await (const { addresses, source } of peerAddresses(peer, this.#components, this.#log, options)) {
      for (const address of this.#limited(addresses, event => { this.#queue.jobOf(peer)?.tell(event) })) {
        yield { address, source }
      }
    }
  }

  /**
   * Not more than `maxPeerAddrsToDial` that a transport takes. The others stay:
   * names have yet to be resolved, and the dialer's error says of the rest that
   * there is no transport.
   */
  #limited (addresses: Multiaddr[], onProgress: OpenConnectionOptions['onProgress']): Multiaddr[] {
    const limit = this.#init.maxPeerAddrsToDial ?? MAX_PEER_ADDRS_TO_DIAL
    const dialable = addresses.filter(address => this.#hasTransport(address))
    const surplus = new Set(dialable.slice(limit))

    if (surplus.size > 0) {
      this.#log('%d addresses more than maxPeerAddrsToDial (%d) are not tried', surplus.size, limit)
    }

    onProgress?.(progress('dial-queue:calculated-addresses', dialable.slice(0, limit).map(multiaddr => ({ multiaddr, isCertified: false }))))

    return addresses.filter(address => !surplus.has(address))
  }

  #hasTransport (address: Multiaddr): boolean {
    return this.#components.transportManager.dialTransportForMultiaddr(address) != null
  }

  /** Once for a dial, however many callers there are. */
  async #record (job: DialJob, peer: PeerId, key: string, multiaddrs: Multiaddr[]): Promise<void> {
    if (this.#recorded.has(job)) {
      return
    }

    this.#recorded.add(job)

    try {
      await this.#components.peerStore.merge(peer, { multiaddrs, metadata: { ...this.#history.metadata(peer), [key]: new TextEncoder().encode(`${Date.now()}`) } })
    } catch (err) {
      this.#log.error('could not store the outcome of the dial to %p - %e', peer, err)
    }
  }
}

function dialOptions ({ initiator, onProgress, priority, signal }: OpenConnectionOptions): DialPeerOptions {
  return {
    ...(initiator == null ? {} : { initiator }),
    ...(onProgress == null ? {} : { onProgress }),
    ...(priority == null ? {} : { priority }),
    ...(signal == null ? {} : { signal })
  }
}
