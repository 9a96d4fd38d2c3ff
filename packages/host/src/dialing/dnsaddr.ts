import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { defaultLookup } from './default-lookup.ts'
import { lookupBy } from './txt-lookup.ts'
import type { TxtLookup } from './txt-lookup.ts'
import type { MultiaddrResolveOptions, MultiaddrResolver } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Resolves `/dnsaddr/<name>` by the TXT records of `_dnsaddr.<name>` (libp2p spec, addressing). */
class DNSAddrResolver implements MultiaddrResolver {
  #lookup: TxtLookup | undefined

  canResolve (address: Multiaddr): boolean {
    return nameIn(address) != null
  }

  /** The addresses in the records; with a peer id in `address`, only those of that peer. */
  async resolve (address: Multiaddr, { dns, signal }: MultiaddrResolveOptions): Promise<Multiaddr[]> {
    const name = nameIn(address)

    if (name == null) {
      return [address]
    }

    const lookup = dns == null ? this.#lookup ??= defaultLookup() : lookupBy(dns)
    const records = await lookup(`_dnsaddr.${name}`, signal == null ? {} : { signal })
    const peer = peerIn(address)

    return records
      .map(parseRecord)
      .filter(found => found != null)
      .filter(found => peer == null || peerIn(found) === peer)
  }
}

/** The default of `connectionManager.resolvers`. */
export const dnsaddrResolver: MultiaddrResolver = new DNSAddrResolver()

function nameIn (address: Multiaddr): string | undefined {
  return address.getComponents().find(({ name }) => name === 'dnsaddr')?.value
}

function peerIn (address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
}

/** `dnsaddr=<multiaddr>`, quoted or not. Whoever owns the name may write anything: what cannot be read is left out. */
function parseRecord (data: string): Multiaddr | undefined {
  const [, value] = /^["'\s]*dnsaddr=([^"'\s]+)/.exec(data) ?? []

  try {
    return value == null ? undefined : multiaddr(value)
  } catch {
    return undefined
  }
}
