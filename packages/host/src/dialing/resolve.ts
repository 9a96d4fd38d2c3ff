import { RecursionLimitError } from '../errors.ts'
import type { MultiaddrResolveOptions, MultiaddrResolver } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Resolutions in a row, at the most (js-libp2p's value). */
export const MAX_RECURSIVE_DEPTH = 32

/**
 * What `address` stands for: itself when no resolver takes it, else what the
 * resolvers make of it, resolved again until nothing is left to resolve.
 *
 * @throws {RecursionLimitError} after 32 resolutions in a row
 * @throws {Error} the resolver's
 */
export async function resolveMultiaddr (address: Multiaddr, resolvers: Record<string, MultiaddrResolver>, options: MultiaddrResolveOptions, depth = 0): Promise<Multiaddr[]> {
  if (depth > MAX_RECURSIVE_DEPTH) {
    throw new RecursionLimitError(`${address} resolves to addresses that resolve to addresses, more than ${MAX_RECURSIVE_DEPTH} times`)
  }

  const capable = Object.values(resolvers).filter(resolver => resolver.canResolve(address))

  if (capable.length === 0) {
    return [address]
  }

  const resolved = await Promise.all(capable.map(async resolver => resolver.resolve(address, options)))
  const final = await Promise.all(resolved.flat().map(async next => resolveMultiaddr(next, resolvers, options, depth + 1)))

  return final.flat()
}
