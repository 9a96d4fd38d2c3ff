import { IpNet } from '@chainsafe/netmask'
import { peerIdFromString } from '@libp2p/peer-id'
import { InvalidValueError } from '@libp2p-ws/core'
import { delegate } from './delegate.ts'
import type { PeerId } from '@libp2p/interface'
import type { PeerConnectionGater } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface AccessListInit {
  /** Peer ids, IPs or networks (`10.0.0.0/8`, `2001:db8::/32`) that are refused. */
  deny?: string[]

  /** The same forms; let through whatever `deny` says. */
  allow?: string[]

  /** Refuse everything that `allow` does not name. Default false. */
  onlyAllowed?: boolean
}

/**
 * A gater that knows peers and networks by name. What it lets through is asked
 * of `next`, where there is one; all other hooks are those of `next`.
 *
 * An IP of `allow` lets its peers in unless `deny` names the peer itself, and a
 * peer of `allow` may come from any IP.
 *
 * @throws {InvalidValueError} for an entry that is neither a peer id, an IP nor a network
 */
export function accessList (init: AccessListInit, next: PeerConnectionGater = {}): PeerConnectionGater {
  const deny = new Entries('deny', init.deny)
  const allow = new Entries('allow', init.allow)
  const closed = init.onlyAllowed === true
  const refusesPeer = (peer: PeerId): boolean => deny.hasPeer(peer) && !allow.hasPeer(peer)

  // where only the address is known, an allowed peer may still turn out to be behind it
  const mayBeAllowed = (address: Multiaddr, peer: PeerId | undefined): boolean => {
    const named = peer?.toString() ?? peerIn(address)

    return named == null ? allow.namesPeers : allow.hasPeer(named)
  }
  const refusesAddress = (address: Multiaddr, peer?: PeerId): boolean => {
    const ip = ipOf(address)

    return ip != null && !allow.hasIp(ip) && (closed || deny.hasIp(ip)) && !mayBeAllowed(address, peer)
  }
  const refusesBoth = (peer: PeerId, address: Multiaddr): boolean => {
    const ip = ipOf(address)

    return refusesPeer(peer) || (!allow.hasPeer(peer) && (ip == null || !allow.hasIp(ip)) && (closed || (ip != null && deny.hasIp(ip))))
  }

  return {
    ...delegate(next),
    denyDialPeer: async peer => refusesPeer(peer) || (await next.denyDialPeer?.(peer) ?? false),
    denyDialMultiaddr: async (address, peer) => refusesAddress(address, peer) || (await next.denyDialMultiaddr?.(address, peer) ?? false),
    denyInboundConnection: async maConn => refusesAddress(maConn.remoteAddr) || (await next.denyInboundConnection?.(maConn) ?? false),
    denyOutboundEncryptedConnection: async (peer, maConn) => refusesBoth(peer, maConn.remoteAddr) || (await next.denyOutboundEncryptedConnection?.(peer, maConn) ?? false),
    denyInboundEncryptedConnection: async (peer, maConn) => refusesBoth(peer, maConn.remoteAddr) || (await next.denyInboundEncryptedConnection?.(peer, maConn) ?? false)
  }
}

class Entries {
  readonly #nets: IpNet[] = []
  readonly #peers = new Set<string>()

  constructor (list: string, entries: string[] = []) {
    for (const entry of entries) {
      this.#add(list, entry)
    }
  }

  get namesPeers (): boolean {
    return this.#peers.size > 0
  }

  hasPeer (peer: PeerId | string): boolean {
    return this.#peers.has(peer.toString())
  }

  hasIp (ip: string): boolean {
    return this.#nets.some(net => net.contains(ip))
  }

  #add (list: string, entry: string): void {
    try {
      if (entry.includes('.') || entry.includes(':')) {
        this.#nets.push(entry.includes('/') ? new IpNet(entry) : new IpNet(entry, entry.includes(':') ? 128 : 32))
      } else {
        this.#peers.add(peerIdFromString(entry).toString())
      }
    } catch (err) {
      throw new InvalidValueError(list, entry, `${list}: ${entry} is neither a peer id, an IP nor a network such as 10.0.0.0/8`)
    }
  }
}

function ipOf (address: Multiaddr): string | undefined {
  return address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value
}

function peerIn (address: Multiaddr): string | undefined {
  return address.getComponents().findLast(({ name }) => name === 'p2p')?.value
}
