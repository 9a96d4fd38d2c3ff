import type { DialPeerOptions } from './dialer.ts'
import type { AbortOptions, Connection, NewStreamOptions, PeerId, PeerStore, Stream, StreamHandler, StreamHandlerOptions, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** As go-libp2p's `network.Connectedness`. */
export type Connectedness = 'not-connected' | 'connected' | 'limited'

/**
 * Told what happens to a swarm. For one connection `connected` always comes
 * before `disconnected`, and neither comes twice.
 */
export interface Notifiee {
  listen?(address: Multiaddr): void
  listenClose?(address: Multiaddr): void
  connected?(connection: Connection): void
  disconnected?(connection: Connection): void
}

/** Connections to peers, and the streams on them. */
export interface Swarm {
  readonly localPeer: PeerId
  readonly peerStore: PeerStore

  addTransport(transport: Transport): void
  transportForDialing(address: Multiaddr): Transport | undefined
  transportForListening(address: Multiaddr): Transport | undefined

  /**
   * Listens on every address. Resolves when at least one works.
   *
   * @throws {Error} `ListenError`, with a cause for each address, when none does
   */
  listen(...addresses: Multiaddr[]): Promise<void>
  addListenAddr(address: Multiaddr): Promise<void>

  /** What was asked for, with the ports that were given. */
  listenAddresses(): Multiaddr[]

  /** As `listenAddresses`, with /ip4/0.0.0.0 and /ip6/:: replaced by the interfaces' addresses. */
  interfaceListenAddresses(): Multiaddr[]

  dialPeer(peer: PeerId, options?: DialPeerOptions): Promise<Connection>

  /** A stream on the best connection to `peer`; dials when there is none. */
  newStream(peer: PeerId, protocols: string | string[], options?: NewStreamOptions & DialPeerOptions): Promise<Stream>

  conns(): Connection[]
  connsToPeer(peer: PeerId): Connection[]
  peers(): PeerId[]
  connectedness(peer: PeerId): Connectedness
  closePeer(peer: PeerId, options?: AbortOptions): Promise<void>

  /** Handles inbound streams of `protocol`. */
  handle(protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): void
  unhandle(protocol: string): void

  notify(notifiee: Notifiee): void
  stopNotify(notifiee: Notifiee): void

  /** Closes listeners, dials and connections. Settles always; nothing of the swarm is alive afterwards. */
  close(): Promise<void>
}
