import net from 'node:net'
import { InvalidValueError } from '@libp2p-ws/core'
import type { IncomingHttpHeaders } from 'node:http'

/** An address as a proxy tells it. */
export interface ClientAddress {
  /** An IPv4 or IPv6 literal, without brackets and zone. */
  address: string

  /** 0 when the proxy did not say. */
  port: number
}

/** The one place that the client's address is read from. A header that the proxy does not set itself can be forged by the client. */
export type ClientAddressSource = 'x-forwarded-for' | 'forwarded' | 'proxy-protocol'

/** The proxies that are believed when they say whose connection they pass on. */
export class TrustedProxies {
  readonly #list = new net.BlockList()
  readonly source: ClientAddressSource

  /**
   * @param ranges - IP addresses and CIDR ranges, such as `10.0.0.0/8` or `::1`
   * @throws {InvalidValueError} when one of them is neither
   */
  constructor (ranges: readonly string[], source: ClientAddressSource = 'x-forwarded-for') {
    this.source = source

    for (const range of ranges) {
      this.#add(range)
    }
  }

  has (address: string): boolean {
    const family = net.isIP(address)

    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4')
  }

  /**
   * Whose request it is. Each proxy appends the address that it was connected
   * from, so the list is believed from its right end for as long as the one who
   * appended is trusted.
   *
   * @param from - who sent the request to us
   */
  clientOf (from: ClientAddress, headers: IncomingHttpHeaders): ClientAddress {
    const hops = this.#hops(headers)
    let client = from

    while (this.has(client.address)) {
      const hop = hops.pop()

      if (hop === undefined) {
        break
      }

      client = hop
    }

    return client
  }

  #hops (headers: IncomingHttpHeaders): ClientAddress[] {
    switch (this.source) {
      case 'forwarded':
        return parseForwarded(headers.forwarded ?? '')
      case 'x-forwarded-for':
        return parseForwardedFor(headers['x-forwarded-for'] ?? '')
      default:
        return []
    }
  }

  #add (range: string): void {
    const [address = '', prefix] = range.split('/')
    const family = net.isIP(address)
    const bits = family === 6 ? 128 : 32
    const length = prefix === undefined ? bits : Number(prefix)

    if (family === 0 || prefix === '' || !Number.isInteger(length) || length < 0 || length > bits) {
      throw new InvalidValueError('trustedProxies', range, `not an IP address or CIDR range: ${range}`)
    }

    this.#list.addSubnet(address, length, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/** `X-Forwarded-For: client, proxy, proxy`. Stops where an entry is no address: what is left of it proves nothing. */
function parseForwardedFor (header: string | string[]): ClientAddress[] {
  return takeKnown(String(header).split(',').map(entry => parseNode(entry.trim())))
}

/** RFC 7239: `Forwarded: for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"`. */
function parseForwarded (header: string): ClientAddress[] {
  return takeKnown(splitUnquoted(header, ',').map(element => {
    const pair = splitUnquoted(element, ';').map(pair => pair.trim()).find(pair => /^for=/i.test(pair))

    return parseNode((pair ?? '').slice(4).replaceAll('"', ''))
  }))
}

/** The entries right of the last one that is no address. */
function takeKnown (hops: Array<ClientAddress | undefined>): ClientAddress[] {
  return hops.slice(hops.lastIndexOf(undefined) + 1) as ClientAddress[]
}

/** RFC 7239 section 6: an address, with a port or without; IPv6 in brackets, but X-Forwarded-For has it bare as well. */
function parseNode (node: string): ClientAddress | undefined {
  const bare = net.isIP(node) !== 0
  const parts = bare ? [node, node, undefined] : /^\[?([^\]]*?)\]?(?::(\d{1,5}))?$/.exec(node)
  const address = parts?.[1] ?? ''
  const port = Number(parts?.[2] ?? 0)

  return net.isIP(address) === 0 || address.includes('%') || port > 65_535 ? undefined : { address, port }
}

function splitUnquoted (text: string, separator: ',' | ';'): string[] {
  return text.match(separator === ',' ? /(?:"[^"]*"|[^",])+/g : /(?:"[^"]*"|[^";])+/g) ?? []
}
