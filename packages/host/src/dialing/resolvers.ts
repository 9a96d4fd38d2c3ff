import { dnsaddrResolver } from './dnsaddr.ts'
import { resolveMultiaddr } from './resolve.ts'
import type { AbortOptions, ComponentLogger, Logger, MultiaddrResolver } from '@libp2p/interface'
import type { DNS } from '@multiformats/dns'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Failures that are kept for the errors of dials under way. */
const MAX_FAILURES = 100

export interface ResolversComponents {
  logger: ComponentLogger
  dns?: DNS
}

/** The configured resolvers, with the DNS of the node, and what they last failed with. */
export class Resolvers {
  readonly #components: ResolversComponents
  readonly #configured: Record<string, MultiaddrResolver>
  readonly #failures = new Map<string, unknown>()
  readonly #log: Logger

  constructor (components: ResolversComponents, configured: Record<string, MultiaddrResolver> = { dnsaddr: dnsaddrResolver }) {
    this.#components = components
    this.#configured = configured
    this.#log = components.logger.forComponent('libp2p:connection-manager:dial-queue')
  }

  canResolve (address: Multiaddr): boolean {
    return Object.values(this.#configured).some(resolver => resolver.canResolve(address))
  }

  /** As the dialer takes them, which resolves while it dials. */
  forDialer (): Record<string, MultiaddrResolver> {
    return Object.fromEntries(Object.entries(this.#configured).map(([name, resolver]) => [name, {
      canResolve: address => resolver.canResolve(address),
      resolve: async (address, options) => {
        try {
          return await resolver.resolve(address, { ...options, ...this.#dns() })
        } catch (err) {
          this.#remember(address, err)
          throw err
        }
      }
    }]))
  }

  /**
   * What `addresses` stand for, all of them.
   *
   * @throws {Error} the first resolver's, when one failed and there is no address at all
   */
  async resolve (addresses: Multiaddr[], { signal }: AbortOptions): Promise<Multiaddr[]> {
    const options = { log: this.#log, ...this.#dns(), ...(signal == null ? {} : { signal }) }
    const results = await Promise.allSettled(addresses.map(async address => resolveMultiaddr(address, this.#configured, options)))
    const resolved = results.flatMap(result => result.status === 'fulfilled' ? result.value : [])
    const failure = results.find(({ status }) => status === 'rejected')

    if (resolved.length === 0 && failure?.status === 'rejected') {
      throw failure.reason
    }

    return resolved
  }

  /** What `address` could not be resolved for, when a dialer tried it a short while ago. */
  failureOf (address: Multiaddr): unknown {
    return this.#failures.get(address.toString())
  }

  #remember (address: Multiaddr, err: unknown): void {
    this.#failures.delete(address.toString())
    this.#failures.set(address.toString(), err)

    // a Map keeps the order of insertion: the first one is the oldest
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_FAILURES) {
        break
      }

      this.#failures.delete(oldest)
    }
  }

  #dns (): { dns?: DNS } {
    return this.#components.dns == null ? {} : { dns: this.#components.dns }
  }
}
