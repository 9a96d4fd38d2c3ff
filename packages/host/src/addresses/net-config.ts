import { tryGetNetConfig } from '@libp2p/utils'
import type { NetConfig } from '@libp2p/utils'
import type { Multiaddr } from '@multiformats/multiaddr'

export type IPConfig = Extract<NetConfig, { type: 'ip4' | 'ip6' }>

/** Host and port of an address that begins with an IP, else undefined. */
export function ipConfig (address: Multiaddr): IPConfig | undefined {
  const config = tryGetNetConfig(address)

  return config?.type === 'ip4' || config?.type === 'ip6' ? config : undefined
}

/** The name that a certificate would be asked for: SNI where there is one, else the host. */
export function serverName (address: Multiaddr): string | undefined {
  const config = tryGetNetConfig(address)

  return ipConfig(address)?.sni ?? config?.host
}
