import type { ConnectionGater as Libp2pConnectionGater, MessageStreamDirection, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

type Answer = boolean | Promise<boolean>

/** js-libp2p's gater, which is told who is dialed where that is known. True refuses. */
export interface PeerConnectionGater extends Libp2pConnectionGater {
  denyDialMultiaddr?(address: Multiaddr, peer?: PeerId): Answer
}

/**
 * The five hooks of go-libp2p's `ConnectionGater` (core/connmgr/gater.go). True
 * lets through, as in go; a hook that is absent lets everything through.
 */
export interface ConnectionInterceptor {
  /** Before anything is dialed. */
  interceptPeerDial?(peer: PeerId): Answer

  /** Before each address. `peer` is undefined where whoever answers is welcome. */
  interceptAddrDial?(peer: PeerId | undefined, address: Multiaddr): Answer

  /** When a listener has accepted a connection: nothing but its address is known. */
  interceptAccept?(connection: MultiaddrConnection): Answer

  /**
   * When a connection is secured and the peer known. In hole punching, where both
   * dial, `direction` is the one that the connection has in the end: `inbound` at
   * the end that acts as the listener.
   */
  interceptSecured?(direction: MessageStreamDirection, peer: PeerId, connection: MultiaddrConnection): Answer

  /** When security and muxer are settled, before anybody hears of the connection. */
  interceptUpgraded?(direction: MessageStreamDirection, peer: PeerId, connection: MultiaddrConnection): Answer
}
