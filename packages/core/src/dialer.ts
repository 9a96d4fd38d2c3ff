import type { PeerConnectionGater } from './connection-gater.ts'
import type { DialCandidateSource, DialPhase, DialTrace } from './dial-trace.ts'
import type { AbortOptions, ComponentLogger, Connection, Metrics, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** An address and how long to wait, from the start of the dial, before trying it. */
export interface AddressDelay {
  address: Multiaddr

  /** Milliseconds, 0 or more. */
  delay: number
}

/**
 * Orders the addresses of one peer and says how long each one waits. Pure: the
 * same addresses give the same answer. Addresses left out are not dialed.
 */
export type DialRanker = (addresses: readonly Multiaddr[]) => AddressDelay[]

/** The peer is reachable at `address`, says `source`. */
export interface DialCandidate {
  address: Multiaddr
  source: DialCandidateSource
}

export interface DialPeerOptions extends AbortOptions {
  /** Addresses beside those that the peer store has; may keep coming while the dial runs. */
  addresses?: Iterable<Multiaddr> | AsyncIterable<Multiaddr>

  /** Dial `addresses` and nothing that is known of the peer besides. Default false. */
  onlyAddresses?: boolean

  /** Among requests that wait for a free slot, higher goes first. Default 50, as js-libp2p. */
  priority?: number

  /** Dial even when a connection is open. Default false. */
  force?: boolean

  /** Only direct connections: relayed addresses are not tried and a limited connection is no answer. Default false. */
  forceDirect?: boolean

  /** Take an open connection or fail with `NoConnectionError`. Default false. */
  noDial?: boolean

  /** A limited connection is an answer. Default true. */
  allowLimited?: boolean

  /** False: act as the multistream-select server (hole punching). Default true. */
  initiator?: boolean

  onProgress?(event: any): void
}

export interface ConnectOptions {
  signal: AbortSignal

  /** Who has to answer; absent when the dial names no peer. */
  peer?: PeerId
  initiator?: boolean

  /** The transport's and the upgrader's progress events, and ours. */
  onProgress?(event: any): void

  /** Told as the attempt comes further, so that the scheduler can hold back. */
  onPhase(phase: Extract<DialPhase, 'connected' | 'securing' | 'muxing'>): void
}

/** What a source of candidates knows of the dial. */
export interface CandidatesOptions {
  /** Aborts when the dial is over. */
  signal: AbortSignal

  /**
   * For a source that costs something, such as peer routing: resolves when no
   * address found so far is left to dial, and at the latest after `patience` ms
   * (default: never). Rejects when `signal` aborts.
   */
  needed(patience?: number): Promise<void>

  /** The highest `DialPeerOptions.priority` of the callers that wait now. */
  priority(): number
}

/** What a dialer needs of the host it works for. */
export interface DialerComponents {
  peerId: PeerId

  /** Dials one address and upgrades the connection. Rejects when `signal` aborts, and leaves no socket open then. */
  connect(address: Multiaddr, options: ConnectOptions): Promise<Connection>

  /** Whether a transport takes this address. */
  canDial(address: Multiaddr): boolean

  /** Candidates of `peer`: peer store first, then whatever routing finds. Ends when there are no more. */
  candidates(peer: PeerId, options: CandidatesOptions): AsyncIterable<DialCandidate>

  /** The addresses this host listens on; those are not dialed. */
  ownAddresses?(): Multiaddr[]

  /** The best open connection to `peer`, if any. */
  connection?(peer: PeerId): Connection | undefined

  connectionGater?: PeerConnectionGater
  logger?: ComponentLogger
  metrics?: Metrics
}

/** Which addresses of which peers are left alone because they failed. Seed 003: DialBackoff. */
export interface PeerBackoff {
  /** `address` is left alone from now on, longer with every time. */
  add(peer: PeerId, address: Multiaddr): void

  /** Ms until `address` is dialed again; 0 when it may be dialed now. */
  wait(peer: PeerId, address: Multiaddr): number

  /** Forgets what is held against `peer`; a dial that succeeds does so itself. */
  clear(peer: PeerId): void
}

/** Finds the fastest working address of a peer. */
export interface Dialer {
  /** Absent where nothing is held against an address. */
  readonly backoff?: PeerBackoff

  /**
   * Connects to `peer`. Calls for the same peer join one dial.
   *
   * @throws {Error} `DialError` with a cause for each address, or the signal's `AbortError`
   */
  dialPeer(peer: PeerId, options?: DialPeerOptions): Promise<Connection>

  /**
   * Connects to whoever answers at one of `addresses`, which name no peer.
   *
   * @throws {Error} as `dialPeer`
   */
  dialAddresses(addresses: readonly Multiaddr[], options?: DialPeerOptions): Promise<Connection>

  /** The dials under way. */
  pending(): DialTrace[]

  /** Forgets what was learned of a network that is no longer there. */
  resetNetworkState(): void

  /** Cancels every dial; no timer or socket of the dialer is left when it resolves. */
  close(): Promise<void>
}
