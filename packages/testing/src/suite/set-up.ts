import type { ComponentLogger, Libp2pEvents, PeerId, PrivateKey, Transport, TypedEventTarget } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a transport gets of the peer that it works for, as js-libp2p gives it. */
export interface TransportComponents {
  peerId: PeerId
  privateKey: PrivateKey
  logger: ComponentLogger
  events: TypedEventTarget<Libp2pEvents>
}

/** The transport, and where to try it. Made afresh for each test. */
export interface TransportSetup {
  /** The transport that dials. */
  dialer: Transport

  /** The transport that listens. With capability `listen`. */
  listener?: Transport

  /**
   * Addresses to listen on, one after the other and all at once; with a port of
   * 0 or a name that is free. With capability `listen`.
   */
  listenOn?: Array<string | Multiaddr>

  /** Where `serveTransportSuite` runs. Without capability `listen`. */
  dialTo?: Array<string | Multiaddr>

  /** Addresses that this transport must not take; beside those that no transport takes. */
  foreign?: Array<string | Multiaddr>

  /**
   * Names what is open now, one entry each. Default: the process's sockets and
   * pipes, in Node.js.
   */
  openResources?(): string[]

  /** After each test, when everything that the suite knows of is closed. */
  tearDown?(): void | Promise<void>
}

/** Makes the transport for one test, for a peer that dials and a peer that listens. */
export type SetUp = (components: { dialer: TransportComponents, listener: TransportComponents }) => TransportSetup | Promise<TransportSetup>
