import { ConnectionClosedError, connectionSymbol, LimitedConnectionError, StreamCloseEvent } from '@libp2p/interface'
import { CODE_P2P } from '@multiformats/multiaddr'
import { TypedEventEmitter } from 'main-event'
import { withDeadline } from './deadline.ts'
import { MuxerUnavailableError } from './errors.ts'
import { isDirect } from './is-direct.ts'
import { StreamCounts } from './stream-counts.ts'
import { acceptInbound, negotiateOutbound, toError } from './stream-negotiation.ts'
import type { StreamProtocols } from './protocol-table.ts'
import type { NegotiationContext } from './stream-negotiation.ts'
import type { AbortOptions, Connection, ConnectionLimits, ConnectionStatus, Logger, MessageStreamDirection, MessageStreamEvents, Metrics, MultiaddrConnection, MultiaddrConnectionTimeline, NewStreamOptions, PeerId, PublicKey, Stream, StreamMuxer } from '@libp2p/interface'
import type { ResourceManager } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What was negotiated, as go-libp2p's `network.ConnectionState`. */
export interface ConnectionState {
  /** Name of the transport, such as `ws` or `tcp`. */
  transport: string

  /** Protocol id, `native` where the transport brings its own. */
  security: string

  /** Protocol id; absent on a connection that carries no streams. */
  muxer?: string

  /** Whether the security handshake settled the muxer: one round trip less. */
  earlyMuxer: boolean
}

export interface ConnectionStat {
  direction: MessageStreamDirection

  /** Ms since the epoch. */
  opened: number
  limited: boolean
  streams: number

  /** When a stream was last opened, by either end; ms since the epoch, absent before the first. */
  lastStream?: number
}

/** Gets inbound streams as the muxer gives them: nothing negotiated yet. */
export type RawStreamHandler = (stream: Stream, connection: Connection) => void

export interface SwarmConnectionInit {
  id: string
  maConn: MultiaddrConnection
  muxer: StreamMuxer | undefined
  localPeer: PeerId
  remotePeer: PeerId
  direction: MessageStreamDirection
  state: ConnectionState
  limits: ConnectionLimits | undefined
  protocols: StreamProtocols
  metrics: Metrics | undefined
  resourceManager: ResourceManager | undefined

  /** Told each protocol that the peer turns out to speak, once. */
  onProtocol(protocol: string): void

  /** Who gets an inbound stream before a protocol is negotiated; undefined: multistream-select and the protocol's handler. */
  streamHandler(): RawStreamHandler | undefined
  closeTimeout: number
  inboundTimeout: number
  outboundTimeout: number
}

/** A usable connection: js-libp2p's `Connection`, and what go-libp2p's `Conn` tells beside it. */
export class SwarmConnection extends TypedEventEmitter<Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>> implements Connection {
  readonly id: string
  readonly remoteAddr: Multiaddr
  readonly localPeer: PeerId
  readonly remotePeer: PeerId
  readonly direction: MessageStreamDirection
  readonly timeline: MultiaddrConnectionTimeline
  readonly encryption: string
  readonly multiplexer?: string
  readonly direct: boolean
  readonly limits?: ConnectionLimits
  readonly state: ConnectionState
  readonly log: Logger
  rtt?: number

  readonly #maConn: MultiaddrConnection
  readonly #muxer: StreamMuxer | undefined
  readonly #closeTimeout: number
  readonly #context: NegotiationContext
  #lastStream: number | undefined

  constructor (init: SwarmConnectionInit) {
    super()
    this.id = init.id
    this.localPeer = init.localPeer
    this.remotePeer = init.remotePeer
    this.remoteAddr = withPeer(init.maConn.remoteAddr, init.remotePeer)
    this.direction = init.direction
    this.timeline = init.maConn.timeline
    this.state = init.state
    this.encryption = init.state.security
    this.direct = isDirect(this.remoteAddr)
    this.log = init.maConn.log
    this.#maConn = init.maConn
    this.#muxer = init.muxer
    this.#closeTimeout = init.closeTimeout

    if (init.limits != null) {
      this.limits = init.limits
    }

    const known = new Set<string>()
    this.#context = {
      connection: this,
      protocols: init.protocols,
      counts: new StreamCounts(),
      metrics: init.metrics,
      resourceManager: init.resourceManager,
      inboundTimeout: init.inboundTimeout,
      outboundTimeout: init.outboundTimeout,
      onProtocol: protocol => {
        if (!known.has(protocol)) {
          known.add(protocol)
          init.onProtocol(protocol)
        }
      }
    }

    if (init.muxer != null) {
      this.multiplexer = init.muxer.protocol
      this.#acceptStreams(init.muxer, init.streamHandler)
    }

    init.maConn.addEventListener('close', event => { this.dispatchEvent(new StreamCloseEvent(event.local, event.error)) }, { once: true })
  }

  get streams (): Stream[] {
    return this.#muxer?.streams ?? []
  }

  get status (): ConnectionStatus {
    return this.#maConn.status
  }

  /** The peer's key where its id carries one (ed25519, secp256k1) or the handshake gave it. */
  get remotePublicKey (): PublicKey | undefined {
    return this.remotePeer.publicKey
  }

  get stat (): ConnectionStat {
    return {
      direction: this.direction,
      opened: this.timeline.open,
      limited: this.limits != null,
      streams: this.streams.length,
      ...this.#lastStream != null && { lastStream: this.#lastStream }
    }
  }

  /**
   * Opens a stream and settles which of `protocols` it speaks.
   *
   * @throws {MuxerUnavailableError} on a connection without a muxer
   * @throws {ConnectionClosedError} when the connection is closing or closed
   * @throws {LimitedConnectionError} on a limited connection, unless `runOnLimitedConnection`
   * @throws {UnsupportedProtocolError} when the peer speaks none of `protocols`
   */
  async newStream (protocols: string | string[], options: NewStreamOptions = {}): Promise<Stream> {
    const muxer = this.#muxer

    if (muxer == null) {
      throw new MuxerUnavailableError(`the connection to ${this.remotePeer} has no stream muxer`)
    }

    if (muxer.status !== 'open' || this.status !== 'open') {
      throw new ConnectionClosedError(`the connection to ${this.remotePeer} is ${this.status === 'open' ? muxer.status : this.status}`)
    }

    if (this.limits != null && options.runOnLimitedConnection !== true) {
      throw new LimitedConnectionError(`the connection to ${this.remotePeer} is limited`)
    }

    const wanted = typeof protocols === 'string' ? [protocols] : protocols
    options.onProgress?.(progress('connection:open-stream', { connection: this, protocols: wanted }))
    this.#lastStream = Date.now()
    const [early] = wanted

    // a transport that names the protocol itself (data channels) can name one only
    const muxed = await muxer.createStream(wanted.length === 1 && early != null ? { ...options, protocol: early } : options)
    const stream = await negotiateOutbound(muxed, wanted, this.#context, options)
    options.onProgress?.(progress('connection:opened-stream', { connection: this, stream }))

    return stream
  }

  /** Closes streams, then the socket; aborts both when that takes longer than the close timeout or `options.signal` allows. */
  async close (options: AbortOptions = {}): Promise<void> {
    try {
      await withDeadline(this.#closeTimeout, options.signal, 'closing the connection', async signal => {
        await this.#muxer?.close({ signal })
        await this.#maConn.close({ signal })
      })
    } catch (err) {
      this.abort(toError(err))
    }
  }

  abort (err: Error): void {
    this.#muxer?.abort(err)
    this.#maConn.abort(err)
  }

  #acceptStreams (muxer: StreamMuxer, streamHandler: SwarmConnectionInit['streamHandler']): void {
    muxer.addEventListener('stream', event => {
      this.#lastStream = Date.now()
      const handler = streamHandler()

      if (handler != null) {
        handler(event.detail, this)
      } else {
        void acceptInbound(event.detail, this.#context)
      }
    })
  }
}

// on the prototype, since a computed key of an import has no place in an isolated declaration
Object.defineProperties(SwarmConnection.prototype, {
  [connectionSymbol]: { value: true },
  [Symbol.toStringTag]: { value: 'Connection' }
})

function withPeer (address: Multiaddr, peer: PeerId): Multiaddr {
  const last = address.getComponents().at(-1)

  return last?.code === CODE_P2P ? address : address.encapsulate(`/p2p/${peer}`)
}

function progress (type: string, detail: unknown): any {
  return new CustomEvent(type, { detail })
}
