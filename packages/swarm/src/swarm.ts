import { LimitedConnectionError } from '@libp2p/interface'
import { PeerTags } from './sans-io/peer-tags.ts'
import { snapshotConnection } from './snapshot.ts'
import { SwarmCore } from './swarm-core.ts'
import type { RawStreamHandler, SwarmConnection } from './connection.ts'
import type { SwarmSnapshot } from './snapshot.ts'
import type { SwarmComponents, SwarmInit } from './swarm-core.ts'
import type { Connection, NewStreamOptions, PeerId, Stream, StreamHandler, StreamHandlerOptions } from '@libp2p/interface'
import type { Connectedness, DialPeerOptions, Swarm as SwarmInterface } from '@libp2p-ws/core'

/** Connections to peers and the streams on them: a swarm that stands alone, as go-libp2p's. */
export class Swarm extends SwarmCore implements SwarmInterface {
  /** What peers are worth to us: where connections are trimmed, those of the peers that are worth least go first. */
  readonly tags: PeerTags = new PeerTags()
  readonly #components: SwarmComponents
  #connHandler: ((connection: Connection) => void) | undefined

  constructor (components: SwarmComponents, init: SwarmInit) {
    super(components, init)
    this.#components = components
  }

  /** See `setConnHandler`. */
  get connHandler (): ((connection: Connection) => void) | undefined {
    return this.#connHandler
  }

  /** See `setStreamHandler`. */
  get streamHandler (): RawStreamHandler | undefined {
    return this.upgrader.streamHandler
  }

  override toString (): string {
    return `<Swarm ${this.localPeer}>`
  }

  async newStream (peer: PeerId, protocols: string | string[], options: NewStreamOptions & DialPeerOptions = {}): Promise<Stream> {
    const { onProgress, ...rest } = options
    const connection = await this.dialPeer(peer, { ...rest, allowLimited: options.runOnLimitedConnection === true, ...(onProgress == null ? {} : { onProgress }) })

    if (connection.limits != null && options.runOnLimitedConnection !== true) {
      throw new LimitedConnectionError(`only a limited connection to ${peer} could be had`)
    }

    return connection.newStream(protocols, options)
  }

  peers (): PeerId[] {
    return this.connections.peers()
  }

  connectedness (peer: PeerId): Connectedness {
    return this.connections.connectedness(peer)
  }

  /** Called by the upgrader. */
  override onConnection (connection: SwarmConnection): void {
    super.onConnection(connection)
    this.#connHandler?.(connection)
  }

  /** The whole state as plain data. */
  snapshot (): SwarmSnapshot {
    return {
      peer: this.localPeer.toString(),
      listen: this.listenAddresses().map(String),
      protocols: this.#components.protocols.getProtocols(),
      connections: this.conns().map(snapshotConnection),
      dials: this.dialer.pending(),
      resources: this.#components.resourceManager?.snapshot?.() ?? {}
    }
  }

  handle (protocol: string, handler: StreamHandler, options?: StreamHandlerOptions): void {
    void this.#components.protocols.handle(protocol, handler, options)
  }

  unhandle (protocol: string): void {
    void this.#components.protocols.unhandle(protocol)
  }

  /** Gets every inbound stream before a protocol is negotiated; undefined gives them back to the protocols' handlers. */
  setStreamHandler (handler: RawStreamHandler | undefined): void {
    this.upgrader.streamHandler = handler
  }

  /** Gets every new connection, after the notifiees. */
  setConnHandler (handler: ((connection: Connection) => void) | undefined): void {
    this.#connHandler = handler
  }
}
