import { AbortError } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { namedPeer } from '../dial-target.ts'
import type { Connection } from '@libp2p/interface'
import type { DialPeerOptions } from '@libp2p-ws/core'
import type { SwarmCore } from '@libp2p-ws/swarm'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Dials addresses that lead to whoever answers. Resolved ones may name peers, and
 * not all the same: each of those is dialed, and the first connection wins.
 */
export async function dialUnnamed (swarm: SwarmCore, addresses: Multiaddr[], options: DialPeerOptions): Promise<Connection> {
  const byPeer = Map.groupBy(addresses, address => namedPeer(address)?.toString())
  const unnamed = byPeer.get(undefined) ?? []
  const named = [...byPeer].filter((entry): entry is [string, Multiaddr[]] => entry[0] != null)

  if (named.length === 0) {
    return swarm.dialAddresses(unnamed, options)
  }

  const losers = new AbortController()
  const signal = options.signal == null ? losers.signal : AbortSignal.any([options.signal, losers.signal])
  const dials = named.map(async ([peer, known]) => swarm.dialPeer(peerIdFromString(peer), { ...options, signal, addresses: known, onlyAddresses: true }))

  if (unnamed.length > 0) {
    dials.push(swarm.dialAddresses(unnamed, { ...options, signal }))
  }

  try {
    return await Promise.any(dials)
  } catch (err) {
    throw err instanceof AggregateError && err.errors.length === 1 ? err.errors[0] : err
  } finally {
    losers.abort(new AbortError('another address won'))
  }
}
