import { formatPeerAddress, isPeerAddressText, parsePeerAddress } from '../sans-io/peer-address.ts'
import type { PeerAddress } from '../sans-io/peer-address.ts'

const BASE58_PEER_ID = /^(1|Qm)[1-9A-HJ-NP-Za-km-z]+$/

/**
 * A peer to connect to: its id, with addresses a `PeerAddress`, an /addrs/…
 * text, or a multiaddr that ends in /p2p/ and the id.
 */
export type PeerName = string | PeerAddress

/** @throws {SyntaxError} naming what is no peer */
export function readPeerName (name: PeerName): PeerAddress {
  const peer = typeof name === 'string' ? readText(name.trim()) : name

  if (!BASE58_PEER_ID.test(peer.peerId)) {
    throw new SyntaxError(`"${peer.peerId}" is not a peer id in base58`)
  }

  return peer
}

/** As Connect sends it. */
export function peerText (peer: PeerAddress): string {
  return peer.addresses.length === 0 ? peer.peerId : formatPeerAddress(peer)
}

function readText (text: string): PeerAddress {
  if (isPeerAddressText(text)) {
    return parsePeerAddress(text)
  }

  const end = text.lastIndexOf('/p2p/')

  return end < 1
    ? { peerId: text.replace('/p2p/', ''), addresses: [] }
    : { peerId: text.slice(end + 5), addresses: [text.slice(0, end)] }
}
