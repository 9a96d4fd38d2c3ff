import { dns, RecordType } from '@multiformats/dns'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import type { MultiaddrResolveOptions, MultiaddrResolver } from '@libp2p/interface'
import type { DNS, DNSResponse } from '@multiformats/dns'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Resolves `/dnsaddr/<name>` by the TXT records of `_dnsaddr.<name>` (libp2p spec, addressing). */
class DNSAddrResolver implements MultiaddrResolver {
  #dns: DNS | undefined

  canResolve (address: Multiaddr): boolean {
    return nameIn(address) != null
  }

  /** The addresses in the records; with a peer id in `address`, only those of that peer. */
  async resolve (address: Multiaddr, options: MultiaddrResolveOptions): Promise<Multiaddr[]> {
    const name = nameIn(address)

    if (name == null) {
      return [address]
    }

    const { Answer } = await this.#query(`_dnsaddr.${name}`, options)
    const peer = peerIn(address)

    return Answer
      .map(({ data }) => parseRecord(data))
      .filter(found => found != null)
      .filter(found => peer == null || peerIn(found) === peer)
  }

  async #query (name: string, { dns: given, signal }: MultiaddrResolveOptions): Promise<Pick<DNSResponse, 'Answer'>> {
    const resolver = given ?? (this.#dns ??= dns())

    try {
      return await resolver.query(name, { types: [RecordType.TXT], ...(signal == null ? {} : { signal }) })
    } catch (err) {
      if (isNoAnswer(err)) {
        return { Answer: [] }
      }

      throw err
    }
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

/** Every DNS server answered, and none has records: no failure, just no addresses. */
function isNoAnswer (err: unknown): boolean {
  const { errors, name } = err as { name?: string, errors?: unknown }

  return name === 'DNSQueryFailedError' && Array.isArray(errors) && errors.length > 0 && errors.every(({ name }) => name === 'EmptyDNSAnswerError')
}
