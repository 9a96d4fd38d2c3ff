import { multiaddr } from '@multiformats/multiaddr'
import { ipConfig } from './net-config.ts'
import { confirm, unconfirm, unverified } from './verification.ts'
import type { Verification } from './verification.ts'
import type { Metrics } from '@libp2p/interface'
import type { NodeAddress } from '@libp2p/interface-internal'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A router passes what reaches the external socket on to the internal one. */
export interface IPMapping {
  internalIp: string
  internalPort: number
  externalIp: string
  externalPort: number
  protocol: 'tcp' | 'udp'
}

/** Port mappings of routers, as set up by UPnP or found out from observed addresses. */
export class IPMappings {
  #mappings: Array<IPMapping & { state: Verification }> = []

  constructor (metrics?: Metrics) {
    metrics?.registerMetric('libp2p_address_manager_ip_mappings', { calculate: () => this.#mappings.length })
  }

  /** Whether a mapping makes us reachable at the IP of `address`. */
  has (address: Multiaddr): boolean {
    return this.#atHost(address).length > 0
  }

  add (mapping: IPMapping): void {
    this.#mappings.push({ ...mapping, state: unverified() })
  }

  /** Returns whether a verified mapping is gone. */
  remove (externalIp: string, externalPort: number, protocol: 'tcp' | 'udp'): boolean {
    const removed = this.#mappings.filter(mapping => mapping.externalIp === externalIp && mapping.externalPort === externalPort && mapping.protocol === protocol)
    this.#mappings = this.#mappings.filter(mapping => !removed.includes(mapping))

    return removed.some(({ state }) => state.verified)
  }

  confirm (address: Multiaddr, ttl: number): boolean {
    return this.#atHost(address).map(({ state }) => confirm(state, ttl)).includes(true)
  }

  unconfirm (address: Multiaddr, ttl: number): boolean {
    const config = ipConfig(address)

    return this.#atHost(address)
      .filter(mapping => mapping.externalPort === config?.port && mapping.protocol === config.protocol)
      .map(({ state }) => unconfirm(state, ttl))
      .includes(true)
  }

  /** The external addresses at which `addresses` can be reached. */
  external (addresses: NodeAddress[]): NodeAddress[] {
    return addresses.flatMap(({ multiaddr: internal }) => {
      const config = ipConfig(internal)

      return this.#mappings
        .filter(mapping => mapping.internalIp === config?.host && mapping.internalPort === config.port && mapping.protocol === config.protocol)
        .map(mapping => ({ ...mapping.state, multiaddr: atExternalSocket(internal, mapping), type: 'ip-mapping' }))
    })
  }

  #atHost (address: Multiaddr): Array<IPMapping & { state: Verification }> {
    const host = ipConfig(address)?.host

    return this.#mappings.filter(({ externalIp }) => externalIp === host)
  }
}

export function ipProtocol (ip: string): 'ip4' | 'ip6' {
  return ip.includes(':') ? 'ip6' : 'ip4'
}

function atExternalSocket (internal: Multiaddr, { externalIp, externalPort, protocol }: IPMapping): Multiaddr {
  const [, ...rest] = internal.getComponents()
  const [ip] = multiaddr(`/${ipProtocol(externalIp)}/${externalIp}`).getComponents()

  return multiaddr([
    ...ip == null ? [] : [ip],
    ...rest.map(component => component.name === protocol ? { name: protocol, code: component.code, value: `${externalPort}` } : component)
  ])
}
