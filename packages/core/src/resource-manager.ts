import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Where a limit is counted, as in go-libp2p's resource manager. */
export type ResourceScope = 'system' | 'transient' | 'service' | 'protocol' | 'peer' | 'connection' | 'stream'

/** What was reserved. Must be released exactly once; releasing again changes nothing. */
export interface ResourceReservation {
  /** The peer became known: moves the reservation from the transient scope to the peer's. */
  setPeer(peer: PeerId): void
  /** The protocol became known. */
  setProtocol(protocol: string): void
  release(): void
}

/** Says how much of the machine a connection or stream may have. A refusal names the limit. */
export interface ResourceManager {
  /** @throws {Error} `ResourceLimitError` */
  openConnection(direction: 'inbound' | 'outbound', address: Multiaddr): ResourceReservation
  /** @throws {Error} `ResourceLimitError` */
  openStream(direction: 'inbound' | 'outbound', peer: PeerId): ResourceReservation
}
