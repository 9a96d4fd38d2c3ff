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

/** A line for each limit, of those who met it. */
export interface LimitWaiters {
  /**
   * Calls `onTurn` once, when something of what the limit counts was given back.
   * Whoever had a turn calls `pass`, unless the same limit refused it again.
   *
   * @param limit - of a `ResourceLimitError`
   * @returns leaves the line; without effect after the turn
   */
  join(limit: string, onTurn: () => void): () => void
  pass(limit: string): void
}

/** Says how much of the machine a connection or stream may have. A refusal names the limit. */
export interface ResourceManager {
  /** @throws {Error} `ResourceLimitError` */
  openConnection(direction: 'inbound' | 'outbound', address: Multiaddr): ResourceReservation
  /** @throws {Error} `ResourceLimitError` */
  openStream(direction: 'inbound' | 'outbound', peer: PeerId): ResourceReservation

  /** Where outbound streams wait that met a limit. Absent: they are refused at once. */
  readonly waiters?: LimitWaiters

  /** What is held, by scope and kind. */
  snapshot?(): Record<string, Record<string, number>>
}
