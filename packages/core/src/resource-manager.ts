import type { PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Where a limit is counted, as in go-libp2p's resource manager. */
export type ResourceScope = 'system' | 'transient' | 'service' | 'protocol' | 'peer' | 'connection' | 'stream'

/**
 * Memory for what the far end may send, counted against limits that others share.
 * Asked when a buffer is made, grown and dropped, never for what goes through it.
 */
export interface MemoryReserver {
  /** @throws {Error} `ResourceLimitError`; `bytes` is what its holder cannot do without */
  reserve(bytes: number): void

  /** Takes `bytes` that would only make its holder faster, where limits have enough left for those who cannot do without; returns whether it did. */
  reserveSpare(bytes: number): boolean

  /** Gives back `bytes` of what was taken. */
  release(bytes: number): void
}

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

  /** For the muxer of a connection whose peer is known. What it holds is given back with the reservation, at the latest. */
  peerMemory?(): MemoryReserver
  release(): void
}

/** Calls `giveUp` when nobody wants to wait any longer, which may be at once. Returns how to take that back. */
export type LimitPatience = (giveUp: () => void) => () => void

/** Says how much of the machine a connection or stream may have. A refusal names the limit. */
export interface ResourceManager {
  /** @throws {Error} `ResourceLimitError` */
  openConnection(direction: 'inbound' | 'outbound', address: Multiaddr): ResourceReservation
  /** @throws {Error} `ResourceLimitError` */
  openStream(direction: 'inbound' | 'outbound', peer: PeerId): ResourceReservation

  /**
   * What `open`, which opens an outbound stream, gives; where it meets a limit,
   * again when there is room. Absent: it is refused at once.
   *
   * @throws {Error} `ResourceLimitError` when there was no room in time, and what `open` throws beside that
   */
  withinLimits?<T>(open: () => Promise<T>, patience: LimitPatience): Promise<T>

  /** What is held, by scope and kind. */
  snapshot?(): Record<string, Record<string, number>>
}
