import { IpNet } from '@chainsafe/netmask'
import { InvalidParametersError } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { ipConfig } from '../addresses/net-config.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** IPs and subnets, given as multiaddrs such as `/ip4/10.0.0.0/ipcidr/8`. */
export class IPList {
  readonly #nets: IpNet[]

  /** @throws {InvalidParametersError} when one of them does not begin with an IP */
  constructor (addresses: string[] = []) {
    this.#nets = addresses.map(toNet)
  }

  /** False for an address that does not begin with an IP. */
  contains (address: Multiaddr): boolean {
    const host = ipConfig(address)?.host

    return host != null && this.#nets.some(net => net.contains(host))
  }
}

function toNet (address: string): IpNet {
  const config = ipConfig(multiaddr(address))

  if (config == null) {
    throw new InvalidParametersError(`${address} is not an IPv4 or IPv6 address or subnet`)
  }

  return new IpNet(config.host, config.cidr ?? (config.type === 'ip4' ? 32 : 128))
}
