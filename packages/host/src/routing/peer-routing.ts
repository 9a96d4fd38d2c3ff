import { NotFoundError } from '@libp2p/interface'
import { base36 } from 'multiformats/bases/base36'
import { NoPeerRoutersError, QueriedForSelfError } from '../errors.ts'
import { merge } from './merge.ts'
import { collectIds, traced } from './trace.ts'
import type { ComponentLogger, Logger, Metrics, PeerId, PeerInfo, PeerRouting as PeerRoutingInterface, PeerStore, RoutingOptions } from '@libp2p/interface'

export interface PeerRoutingComponents {
  peerId: PeerId
  peerStore: PeerStore
  logger: ComponentLogger
  metrics?: Metrics
}

/** Asks every peer router at one time. Addresses that they find go to the peer store. */
export class PeerRouting implements PeerRoutingInterface {
  readonly #components: PeerRoutingComponents
  readonly #routers: PeerRoutingInterface[]
  readonly #log: Logger

  /**
   * @param components - of the node
   * @param routers - kept, not copied: services add theirs later
   */
  constructor (components: PeerRoutingComponents, routers: PeerRoutingInterface[]) {
    this.#components = components
    this.#routers = routers
    this.#log = components.logger.forComponent('libp2p:peer-routing')
    this.findPeer = traced(components.metrics, 'libp2p.peerRouting.findPeer', this.findPeer.bind(this), {
      optionsIndex: 1,
      getAttributesFromArgs: ([peer]: [PeerId], attrs: object) => ({ ...attrs, peer: peer.toString() })
    })
    this.getClosestPeers = traced(components.metrics, 'libp2p.peerRouting.getClosestPeers', this.getClosestPeers.bind(this), {
      optionsIndex: 1,
      getAttributesFromArgs: ([key]: [Uint8Array], attrs: object) => ({ ...attrs, key: base36.encode(key) }),
      getAttributesFromYieldedValue: collectIds('peers')
    })
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/peer-routing'
  }

  /**
   * The first answer of any router.
   *
   * @throws {NoPeerRoutersError} without routers
   * @throws {QueriedForSelfError} for the own id
   * @throws {NotFoundError} when no router knows the peer
   */
  async findPeer (peer: PeerId, options?: RoutingOptions): Promise<PeerInfo> {
    this.#assertRouters()

    if (peer.equals(this.#components.peerId)) {
      throw new QueriedForSelfError(`peer routing was asked for the own id ${peer}`)
    }

    const found = await firstOf(this.#routers.map(async router => router.findPeer?.(peer, options)), err => {
      this.#log.error('router failed to find peer %p - %e', peer, err)
    })

    if (found == null) {
      throw new NotFoundError(`no router knows peer ${peer}`)
    }

    await this.#store(found, options)

    return found
  }

  /**
   * Peers near `key` of every router, each peer once. Those that come without
   * addresses are looked up first and left out when nobody has any.
   *
   * @throws {NoPeerRoutersError} without routers
   */
  async * getClosestPeers (key: Uint8Array, options: RoutingOptions = {}): AsyncGenerator<PeerInfo> {
    this.#assertRouters()
    const seen = new Set<string>()
    const sources = this.#routers
      .filter(router => router.getClosestPeers != null)
      .map(router => router.getClosestPeers(key, options))

    for await (const peer of merge(sources, async peer => peer.multiaddrs.length > 0 ? peer : this.#lookUp(peer.id, options))) {
      if (peer == null) {
        continue
      }

      await this.#store(peer, options)

      if (!seen.has(peer.id.toString())) {
        seen.add(peer.id.toString())
        yield peer
      }
    }
  }

  async #lookUp (peer: PeerId, options: RoutingOptions): Promise<PeerInfo | undefined> {
    try {
      return await this.findPeer(peer, { ...options, useCache: false })
    } catch (err) {
      this.#log.error('could not find addresses of %p - %e', peer, err)
      return undefined
    }
  }

  async #store (peer: PeerInfo, options?: RoutingOptions): Promise<void> {
    if (peer.multiaddrs.length > 0) {
      await this.#components.peerStore.merge(peer.id, { multiaddrs: peer.multiaddrs }, options)
    }
  }

  #assertRouters (): void {
    if (this.#routers.length === 0) {
      throw new NoPeerRoutersError('no peer routers are configured')
    }
  }
}

/** The first value that comes; undefined when every promise rejects or has none. */
async function firstOf<T> (promises: Array<Promise<T | undefined>>, onError: (err: unknown) => void): Promise<T | undefined> {
  const values = promises.map(async promise => {
    const value = await promise.catch(err => { onError(err) })

    return value ?? Promise.reject(new NotFoundError())
  })

  return Promise.any(values).catch(() => undefined)
}
