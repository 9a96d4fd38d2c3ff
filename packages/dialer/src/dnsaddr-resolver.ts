import { CODE_DNSADDR, CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import type { AbortOptions, MultiaddrResolver } from '@libp2p/interface'
import type { Component, Multiaddr } from '@multiformats/multiaddr'

/** The TXT records of `name`, each as one string. Rejects or is empty where there are none. */
export type LookupTxt = (name: string, options: AbortOptions) => Promise<string[]>

const PREFIX = 'dnsaddr='

/**
 * Resolves `/dnsaddr/NAME[/p2p/PEER]` by the TXT records of `_dnsaddr.NAME`
 * (multiformats/multiaddr, protocols/DNSADDR.md). Where the address names a peer,
 * only records that name it too are taken. Records that cannot be read are left
 * out.
 *
 * @example
 * ```ts
 * import { resolveTxt } from 'node:dns/promises'
 *
 * const dnsaddr = dnsaddrResolver(async name => (await resolveTxt(name)).map(parts => parts.join('')))
 * ```
 */
export function dnsaddrResolver (lookupTxt: LookupTxt): MultiaddrResolver {
  return {
    canResolve: address => address.getComponents()[0]?.code === CODE_DNSADDR,
    resolve: async (address, options) => {
      const components = address.getComponents()
      const name = components[0]?.value ?? ''
      const peer = peerOf(components)
      const records = await lookupTxt(`_dnsaddr.${name}`, options.signal === undefined ? {} : { signal: options.signal })

      return records.flatMap(parse).filter(found => peer === undefined || peerOf(found.getComponents()) === peer)
    }
  }
}

function parse (record: string): Multiaddr[] {
  if (!record.startsWith(PREFIX)) {
    return []
  }

  try {
    return [multiaddr(record.slice(PREFIX.length))]
  } catch {
    // whoever writes the zone decides what is in it
    return []
  }
}

/** The last peer that is named: behind a relay, the one that is meant. */
function peerOf (components: Component[]): string | undefined {
  return components.findLast(({ code }) => code === CODE_P2P)?.value
}
