import merge from 'it-merge'
import { resolveMultiaddr } from './resolve.ts'
import type { AbortOptions, ComponentLogger, Logger, MultiaddrResolver, PeerId, PeerRouting, PeerStore } from '@libp2p/interface'
import type { DialCandidate, DialCandidateSource } from '@libp2p-ws/core'
import type { DNS } from '@multiformats/dns'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface CandidateComponents {
  peerStore: PeerStore
  peerRouting: PeerRouting
  logger: ComponentLogger
  dns?: DNS
}

/** Finds addresses to dial, one by one: no address waits until another one is resolved. */
export class Candidates {
  readonly #components: CandidateComponents
  readonly #resolvers: Record<string, MultiaddrResolver>
  readonly #log: Logger

  constructor (components: CandidateComponents, resolvers: Record<string, MultiaddrResolver>) {
    this.#components = components
    this.#resolvers = resolvers
    this.#log = components.logger.forComponent('libp2p:connection-manager:dial-queue')
  }

  /** What the peer store has of `peer`; when that is nothing, what peer routing finds. */
  async * ofPeer (peer: PeerId, options: AbortOptions): AsyncGenerator<DialCandidate> {
    const stored = await this.#stored(peer, options)

    if (stored.length > 0) {
      yield * this.resolve(stored, 'peer-store', options)
    } else {
      yield * this.resolve(await this.#routed(peer, options), 'peer-routing', options)
    }
  }

  /**
   * `addresses`, those that need no resolving first.
   *
   * @throws {Error} the first resolver's, when one failed and there is no address at all
   */
  async * resolve (addresses: Multiaddr[], source: DialCandidateSource, options: AbortOptions): AsyncGenerator<DialCandidate> {
    const [pending, ready] = partition(addresses, address => Object.values(this.#resolvers).some(resolver => resolver.canResolve(address)))
    const failures: unknown[] = []
    let found = ready.length

    yield * ready.map(address => ({ address, source }))

    for await (const address of merge(...pending.map(next => this.#resolved(next, options, failures)))) {
      found++
      yield { address, source: 'dns' }
    }

    if (found === 0 && failures.length > 0) {
      throw failures[0]
    }
  }

  async * #resolved (address: Multiaddr, { signal }: AbortOptions, failures: unknown[]): AsyncGenerator<Multiaddr> {
    const { dns } = this.#components

    try {
      yield * await resolveMultiaddr(address, this.#resolvers, {
        log: this.#log,
        ...(dns == null ? {} : { dns }),
        ...(signal == null ? {} : { signal })
      })
    } catch (err) {
      this.#log.error('could not resolve %a - %e', address, err)
      failures.push(err)
    }
  }

  async #stored (peer: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
    try {
      const { addresses } = await this.#components.peerStore.get(peer, options)

      return addresses.map(({ multiaddr }) => multiaddr)
    } catch (err) {
      if (err instanceof Error && err.name === 'NotFoundError') {
        return []
      }

      throw err
    }
  }

  async #routed (peer: PeerId, options: AbortOptions): Promise<Multiaddr[]> {
    try {
      const { multiaddrs } = await this.#components.peerRouting.findPeer(peer, options)

      return multiaddrs
    } catch (err) {
      // a peer that cannot be found is a peer without addresses
      this.#log('peer routing did not find %p - %e', peer, err)
      return []
    }
  }
}

function partition<T> (values: T[], isFirst: (value: T) => boolean): [T[], T[]] {
  return [values.filter(isFirst), values.filter(value => !isFirst(value))]
}
