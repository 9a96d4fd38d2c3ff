import { CODE_P2P, CODE_P2P_CIRCUIT, multiaddr } from '@multiformats/multiaddr'
import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address taken apart into where it leads and whom it names. */
export interface DialAddress {
  /** What to dial. A relayed address names the peer, since the relay has to know; any other does not. */
  address: Multiaddr

  /** The address without the peer, as a string. */
  key: string

  /** Whom the address names, if anybody. */
  peer?: string
}

/** Returns undefined where the address says who, and not where. */
export function toDialAddress (address: Multiaddr, peer: PeerId | undefined): DialAddress | undefined {
  const components = address.getComponents()
  const last = components.at(-1)
  const isNamed = last?.code === CODE_P2P
  const bare = isNamed ? multiaddr(components.slice(0, -1)) : address

  if (components.length === (isNamed ? 1 : 0)) {
    return
  }

  const isRelayed = components.some(({ code }) => code === CODE_P2P_CIRCUIT)

  return {
    address: isRelayed ? withPeer(address, isNamed ? undefined : peer) : bare,
    key: bare.toString(),
    ...(isNamed && last.value !== undefined ? { peer: last.value } : {})
  }
}

function withPeer (address: Multiaddr, peer: PeerId | undefined): Multiaddr {
  return peer === undefined ? address : address.encapsulate(`/p2p/${peer}`)
}

/** Whether `name`, from a multiaddr, is `peer`. The same peer id can be written as a multihash and as a CID. */
export function namesPeer (name: string, peer: PeerId): boolean {
  return name === peer.toString() || multiaddr(`/p2p/${name}`).equals(multiaddr(`/p2p/${peer}`))
}
