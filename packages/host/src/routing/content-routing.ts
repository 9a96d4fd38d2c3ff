import { NotStartedError } from '@libp2p/interface'
import { base36 } from 'multiformats/bases/base36'
import { NoContentRoutersError } from '../errors.ts'
import { merge } from './merge.ts'
import { collectIds, traced } from './trace.ts'
import type { AbortOptions, ContentRouting as ContentRoutingInterface, Metrics, PeerStore, Provider, RoutingOptions, Startable } from '@libp2p/interface'
import type { CID } from 'multiformats/cid'

export interface ContentRoutingComponents {
  peerStore: PeerStore
  metrics?: Metrics
}

/** Asks every content router at one time. Addresses of providers go to the peer store. */
export class ContentRouting implements ContentRoutingInterface, Startable {
  readonly #components: ContentRoutingComponents
  readonly #routers: ContentRoutingInterface[]
  #started = false

  /**
   * @param components - of the node
   * @param routers - kept, not copied: services add theirs later
   */
  constructor (components: ContentRoutingComponents, routers: ContentRoutingInterface[]) {
    this.#components = components
    this.#routers = routers
    this.#trace(components.metrics)
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/content-routing'
  }

  isStarted (): boolean {
    return this.#started
  }

  start (): void {
    this.#started = true
  }

  stop (): void {
    this.#started = false
  }

  /**
   * Providers that any router finds, each once.
   *
   * @throws {NoContentRoutersError} without routers
   */
  async * findProviders (key: CID, options: RoutingOptions = {}): AsyncGenerator<Provider> {
    this.#assertRouters()
    const seen = new Set<string>()
    const sources = this.#routers
      .filter(router => router.findProviders != null)
      .map(router => router.findProviders(key, options))

    for await (const provider of merge(sources, provider => provider)) {
      if (provider == null) {
        continue
      }

      if (provider.multiaddrs.length > 0) {
        await this.#components.peerStore.merge(provider.id, { multiaddrs: provider.multiaddrs }, options)
      }

      if (!seen.has(provider.id.toString())) {
        seen.add(provider.id.toString())
        yield provider
      }
    }
  }

  /** @throws {NoContentRoutersError} without routers */
  async provide (key: CID, options: AbortOptions = {}): Promise<void> {
    this.#assertRouters()
    await Promise.all(this.#routers.map(async router => router.provide?.(key, options)))
  }

  /** @throws {NoContentRoutersError} without routers */
  async cancelReprovide (key: CID, options: AbortOptions = {}): Promise<void> {
    this.#assertRouters()
    await Promise.all(this.#routers.map(async router => router.cancelReprovide?.(key, options)))
  }

  /** @throws {NotStartedError} before the node has started */
  async put (key: Uint8Array, value: Uint8Array, options?: AbortOptions): Promise<void> {
    this.#assertStarted()
    await Promise.all(this.#routers.map(async router => router.put?.(key, value, options)))
  }

  /**
   * The first value that any router has for `key`.
   *
   * @throws {NotStartedError} before the node has started
   * @throws {NoContentRoutersError} without routers
   * @throws {AggregateError} with the routers' errors when none has a value
   */
  async get (key: Uint8Array, options?: AbortOptions): Promise<Uint8Array> {
    this.#assertStarted()
    this.#assertRouters()

    return Promise.any(
      this.#routers
        .filter(router => router.get != null)
        .map(async router => router.get(key, options))
    )
  }

  #trace (metrics: Metrics | undefined): void {
    const cid = { optionsIndex: 1, getAttributesFromArgs: ([key]: [CID], attrs: object) => ({ ...attrs, cid: key.toString() }) }
    const bytes = { getAttributesFromArgs: ([key]: [Uint8Array]) => ({ key: base36.encode(key) }) }

    this.findProviders = traced(metrics, 'libp2p.contentRouting.findProviders', this.findProviders.bind(this), { ...cid, getAttributesFromYieldedValue: collectIds('providers') })
    this.provide = traced(metrics, 'libp2p.contentRouting.provide', this.provide.bind(this), cid)
    this.cancelReprovide = traced(metrics, 'libp2p.contentRouting.cancelReprovide', this.cancelReprovide.bind(this), cid)
    this.put = traced(metrics, 'libp2p.contentRouting.put', this.put.bind(this), { ...bytes, optionsIndex: 2 })
    this.get = traced(metrics, 'libp2p.contentRouting.get', this.get.bind(this), { ...bytes, optionsIndex: 1 })
  }

  #assertStarted (): void {
    if (!this.#started) {
      throw new NotStartedError('the node is not started')
    }
  }

  #assertRouters (): void {
    if (this.#routers.length === 0) {
      throw new NoContentRoutersError('no content routers are configured')
    }
  }
}
