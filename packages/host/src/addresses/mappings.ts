import { DNSMappings } from './dns-mappings.ts'
import { ipProtocol, IPMappings } from './ip-mappings.ts'
import { mappedListener } from './mapped-listener.ts'
import type { IPMapping } from './ip-mappings.ts'
import type { TransportAddresses } from './transport-addresses.ts'
import type { Listener, Metrics } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Addresses that can be verified. */
export type AddressTable = Pick<TransportAddresses, 'has' | 'confirm' | 'unconfirm'>

/** What routers, set up by UPnP, and names, with certificates got by AutoTLS, map to the sockets that we listen on. */
export class Mappings {
  readonly #ip: IPMappings
  readonly #dns: DNSMappings

  /** By js-libp2p's name for the type of such addresses. */
  readonly tables: Record<string, AddressTable>

  constructor (metrics: Metrics | undefined) {
    this.#ip = new IPMappings(metrics)
    this.#dns = new DNSMappings(metrics)
    this.tables = { 'dns-mapping': this.#dns, 'ip-mapping': this.#ip }
  }

  /** `own`, and where else they can be reached. */
  apply (own: NodeAddress[]): NodeAddress[] {
    return this.#dns.named([...own, ...this.#ip.external(own)])
  }

  /** Whether a mapping tells of `address`. */
  has (address: Multiaddr): boolean {
    return this.#ip.has(address) || this.#dns.has(address)
  }

  addDNS (domain: string, ips: string[]): void {
    this.#dns.add(domain, ips)
  }

  /** Returns whether a verified address is gone. */
  removeDNS (domain: string): boolean {
    return this.#dns.remove(domain)
  }

  /** Returns the beginning of the addresses that it maps. */
  addIP (mapping: IPMapping): string {
    const { externalIp, externalPort, protocol } = mapping
    this.#ip.add(mapping)

    return `/${ipProtocol(externalIp)}/${externalIp}/${protocol}/${externalPort}`
  }

  /** Returns whether a verified address is gone. */
  removeIP (externalIp: string, externalPort: number, protocol: IPMapping['protocol']): boolean {
    return this.#ip.remove(externalIp, externalPort, protocol)
  }

  /** Maps `observed`, where somebody reached us, to the one of `listeners` that it must have been. Returns whether there is one. */
  confirmObserved (observed: Multiaddr, listeners: Listener[], ttl: number): boolean {
    const mapping = this.#ip.has(observed) ? undefined : mappedListener(observed, listeners)

    if (mapping == null) {
      return false
    }

    this.#ip.add(mapping)
    this.#ip.confirm(observed, ttl)

    return true
  }
}
