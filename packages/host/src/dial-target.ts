import { InvalidMultiaddrError, InvalidParametersError, isPeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, isMultiaddr } from '@multiformats/multiaddr'
import type { DialTarget, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Whom to dial, and where when the caller said so. */
export interface PeerAddresses {
  peer: PeerId | undefined

  /** Without those that are a peer id and nothing else. */
  addresses: Multiaddr[]
}

/**
 * Takes apart what `dial` accepts: a peer id, an address, or a list of addresses.
 *
 * @throws {InvalidMultiaddrError} when something in the list is no multiaddr
 * @throws {InvalidParametersError} when the addresses name different peers, or only some name one
 */
export function parseDialTarget (target: DialTarget): PeerAddresses {
  if (isPeerId(target)) {
    return { peer: target, addresses: [] }
  }

  const addresses = Array.isArray(target) ? target : [target]

  // most often they all write the peer in the same way, and are parsed once
  const [first, ...others] = [...new Set(addresses.map(nameIn))].map(name => name == null ? undefined : peerIdFromString(name))

  for (const other of others) {
    if (other == null ? first != null : first?.equals(other) !== true) {
      throw new InvalidParametersError(`the addresses of a dial must name the same peer or none: ${addresses.join(', ')}`)
    }
  }

  return { peer: first, addresses: addresses.filter(address => !isBarePeer(address)) }
}

/** The last peer that `address` names: the one at its end, not a relay on the way. */
export function namedPeer (address: Multiaddr): PeerId | undefined {
  const name = nameIn(address)

  return name == null ? undefined : peerIdFromString(name)
}

function nameIn (address: Multiaddr): string | undefined {
  if (!isMultiaddr(address)) {
    throw new InvalidMultiaddrError(`not a multiaddr: ${String(address)}`)
  }

  return address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
}

function isBarePeer (address: Multiaddr): boolean {
  const components = address.getComponents()

  return components.length === 1 && components[0]?.code === CODE_P2P
}
