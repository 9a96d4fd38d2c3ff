import { Circuit } from '@multiformats/multiaddr-matcher'
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * The open connection that makes a dial needless: a direct one, else one through
 * a relay without limits, unless the caller names an address that would be
 * direct. A limited one does only for a caller that says so.
 */
export function existingConnection (connections: Connection[], addresses: Multiaddr[], allowLimited: boolean): Connection | undefined {
  if (connections.length === 0) {
    return undefined
  }

  const usable = connections.filter(({ limits, status }) => status === 'open' && (limits == null || allowLimited))
  const direct = usable.find(connection => connection.direct && connection.limits == null)

  if (direct != null || addresses.some(address => !Circuit.exactMatch(address))) {
    return direct
  }

  return usable.find(({ limits }) => limits == null) ?? usable[0]
}
