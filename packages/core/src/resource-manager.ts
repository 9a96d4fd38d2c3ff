import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Where a limit is counted, as in go-libp2p's resource manager. */
export type ResourceScope = 'system' | 'transient' | 'service' | 'protocol' | 'peer' | 'connection' | 'stream'

/**
 * What was reserved. Must be released; releasing again changes nothing. A call
 * that is refused leaves the reservation as it was.
 */
export interface ResourceReservation {
  /**
   * The peer of a connection became known: it moves from the transient scope to the peer's.
   *
   * @throws {Error} `ResourceLimitError`
   */
  setPeer(peer: PeerId): void

  /** @throws {Error} `ResourceLimitError` */
  setProtocol(protocol: string): void

  /** @throws {Error} `ResourceLimitError` */
  setService(service: string): void

  /** @throws {Error} `ResourceLimitError`; `bytes` is added to what is held */
  reserveMemory(bytes: number): void
  release(): void
}

/** Says how much of the machine a connection or stream may have. A refusal names the limit. */
export interface ResourceManager {
  /** @throws {Error} `ResourceLimitError` */
  openConnection(direction: 'inbound' | 'outbound', address: Multiaddr): ResourceReservation
  /** @throws {Error} `ResourceLimitError` */
  openStream(direction: 'inbound' | 'outbound', peer: PeerId): ResourceReservation

  /** What is held, by scope and kind. */
  snapshot?(): Record<string, Record<string, number>>
}
