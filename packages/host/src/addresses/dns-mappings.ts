import { isPrivateIp, tryGetNetConfig } from '@libp2p/utils'
import { CODE_SNI, CODE_TLS, multiaddr } from '@multiformats/multiaddr'
import { serverName } from './net-config.ts'
import { confirm, unconfirm, unverified } from './verification.ts'
import type { Verification } from './verification.ts'
import type { Metrics } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The last time that a Date can hold: never. */
const NEVER = 8_640_000_000_000_000

interface DNSMapping {
  domain: string
  state: Verification
}

/** Names that certificates were got for, by the IP that they resolve to. */
export class DNSMappings {
  readonly #byIp = new Map<string, DNSMapping>()

  constructor (metrics?: Metrics) {
    metrics?.registerMetric('libp2p_address_manager_dns_mappings', { calculate: () => this.#byIp.size })
  }

  /** Whether `address` is at a mapped name. */
  has (address: Multiaddr): boolean {
    return this.#named(address).length > 0
  }

  add (domain: string, ips: string[]): void {
    for (const ip of ips) {
      // nobody outside can check a private IP
      const state = isPrivateIp(ip) === true ? { verified: true, expires: NEVER, lastVerified: Date.now() } : unverified()
      this.#byIp.set(ip, { domain, state })
    }
  }

  /** Returns whether a verified mapping is gone. */
  remove (domain: string): boolean {
    const removed = [...this.#byIp].filter(([, mapping]) => mapping.domain === domain)
    removed.forEach(([ip]) => { this.#byIp.delete(ip) })

    return removed.some(([, { state }]) => state.verified)
  }

  confirm (address: Multiaddr, ttl: number): boolean {
    return this.#named(address).map(({ state }) => confirm(state, ttl)).includes(true)
  }

  unconfirm (address: Multiaddr, ttl: number): boolean {
    return this.#named(address).map(({ state }) => unconfirm(state, ttl)).includes(true)
  }

  /** `addresses`, where those with TLS at a mapped IP give way to ones that name the certificate. */
  named (addresses: NodeAddress[]): NodeAddress[] {
    return addresses.map(address => {
      const mapping = this.#byIp.get(tryGetNetConfig(address.multiaddr)?.host ?? '')
      const named = mapping == null ? undefined : withServerName(address.multiaddr, mapping.domain)

      return mapping == null || named == null ? address : { ...mapping.state, multiaddr: named, type: 'dns-mapping' }
    })
  }

  #named (address: Multiaddr): DNSMapping[] {
    const name = serverName(address)

    return [...this.#byIp.values()].filter(({ domain }) => domain === name)
  }
}

/** Undefined for an address without TLS, or with a name already. */
function withServerName (address: Multiaddr, domain: string): Multiaddr | undefined {
  const components = address.getComponents()
  const tls = components.findIndex(({ code }) => code === CODE_TLS)

  if (tls === -1 || components[tls + 1]?.code === CODE_SNI) {
    return undefined
  }

  return multiaddr(components.toSpliced(tls + 1, 0, { name: 'sni', code: CODE_SNI, value: domain }))
}
