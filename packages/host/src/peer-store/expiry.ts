import type { StoredPeer } from './stored-peer.ts'

/** Without the addresses that were stored more than `maxAddressAge` ms before `now`, and the tags that are past their time. */
export function livingPartOf (peer: StoredPeer, now: number, maxAddressAge: number): StoredPeer {
  return {
    ...peer,
    addresses: peer.addresses.filter(({ observed }) => observed != null && observed > now - maxAddressAge),
    tags: new Map([...peer.tags].filter(([, { expiry }]) => expiry == null || expiry >= now))
  }
}

/** Whether a peer without addresses has heard nothing new for `maxPeerAge` ms. */
export function isForgotten ({ addresses, updated }: StoredPeer, now: number, maxPeerAge: number): boolean {
  return updated == null || (addresses.length === 0 && updated < now - maxPeerAge)
}
