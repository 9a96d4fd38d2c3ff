import { InvalidMultiaddrError } from '@libp2p/interface'
import { CODE_P2P, CODE_UNIX } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The path of `/unix/PATH`, with or without `/p2p/PEER` behind it; undefined for any other address. */
export function parsePath (address: Multiaddr): string | undefined {
  const [unix, peer, ...rest] = address.getComponents()
  const ours = unix?.code === CODE_UNIX && (peer == null || peer.code === CODE_P2P) && rest.length === 0

  return ours ? unix.value : undefined
}

/** @throws {InvalidMultiaddrError} when `address` is not a Unix socket's */
export function toPath (address: Multiaddr): string {
  const path = parsePath(address)

  if (path == null) {
    throw new InvalidMultiaddrError(`${address} is not the address of a Unix socket`)
  }

  return path
}
