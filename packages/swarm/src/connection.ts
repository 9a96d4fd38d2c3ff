import { connectionSymbol, LimitedConnectionError, StreamCloseEvent } from '@libp2p/interface'
import { LeanEventTarget } from '@libp2p-ws/core'
import { CODE_P2P, multiaddr } from '@multiformats/multiaddr'
import { withDeadline } from './deadline.ts'
import { ConnectionClosedError, MuxerUnavailableError } from './errors.ts'
import { isDirect } from './is-direct.ts'
import { toError } from './stream-negotiation.ts'
import type { ProtocolUse } from './protocol-use.ts'
import type { StreamConnection, StreamNegotiator } from './stream-negotiation.ts'
import type { AbortOptions, Connection, ConnectionLimits, ConnectionStatus, Logger, MessageStreamDirection, MessageStreamEvents, MultiaddrConnection, MultiaddrConnectionTimeline, NewStreamOptions, PeerId, PublicKey, Stream, StreamMuxer } from '@libp2p/interface'
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

/** What all connections of an upgrader have in common. */
export interface ConnectionContext {
  streams: StreamNegotiator
  localPeer: PeerId

  /** Ms that `close` may take before it becomes an abort. */
  closeTimeout: number

  /** Told each protocol that a peer turns out to speak, once for each connection. */
  onProtocol(peer: PeerId, protocol: string): void

  /** Who gets inbound streams before a protocol is negotiated; undefined: multistream-select and the protocol's handler. */
  readonly streamHandler: RawStreamHandler | undefined
}

export interface SwarmConnectionInit {
  id: string
  maConn: MultiaddrConnection
  muxer: StreamMuxer | undefined
  remotePeer: PeerId
  direction: MessageStreamDirection
  state: ConnectionState
  limits: ConnectionLimits | undefined
}

/** A usable connection: js-libp2p's `Connection`, and what go-libp2p's `Conn` tells beside it. */
export class SwarmConnection extends LeanEventTarget<Omit<MessageStreamEvents, 'drain' | 'message' | 'end'>> implements StreamConnection {
  readonly id: string
  readonly remoteAddr: Multiaddr
  readonly remotePeer: PeerId
  readonly direction: MessageStreamDirection
  readonly direct: boolean
  readonly limits?: ConnectionLimits
  readonly state: ConnectionState
  rtt?: number

  readonly #maConn: MultiaddrConnection
  readonly #muxer: StreamMuxer | undefined
  readonly #context: ConnectionContext
  #protocols: Map<string, ProtocolUse> | undefined
  #lastStream: number | undefined

  constructor (init: SwarmConnectionInit, context: ConnectionContext) {
    super()
    this.id = init.id
    this.remotePeer = init.remotePeer
    this.remoteAddr = withPeer(init.maConn.remoteAddr, init.remotePeer)
    this.direction = init.direction
    this.state = init.state
    this.direct = isDirect(this.remoteAddr)
    this.#maConn = init.maConn
    this.#muxer = init.muxer
    this.#context = context

    if (init.limits != null) {
      this.limits = init.limits
    }

    init.muxer?.addEventListener('stream', event => { this.#accept(event.detail) })
    init.maConn.addEventListener('close', event => { this.dispatchEvent(new StreamCloseEvent(event.local, event.error)) }, { once: true })
  }

  /** This end's address, where the transport tells it: ours does, js-libp2p's do not. */
  get localAddr (): Multiaddr | undefined {
    return (this.#maConn as { localAddr?: Multiaddr }).localAddr
  }

  get localPeer (): PeerId {
    return this.#context.localPeer
  }

  get timeline (): MultiaddrConnectionTimeline {
    return this.#maConn.timeline
  }

  get encryption (): string {
    return this.state.security
  }

  /** Protocol id; undefined on a connection that carries no streams. */
  get multiplexer (): string {
    // js-libp2p's type has no undefined
    return this.#muxer?.protocol as string
  }

  get log (): Logger {
    return this.#maConn.log
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
   * @throws {ResourceLimitError} when there was no room for another stream in time; it names the limit
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
    const createOptions = wanted.length === 1 && early != null ? { ...options, protocol: early } : options
    const muxed = await this.#context.streams.create(this, async () => muxer.createStream(createOptions), options.signal)
    const stream = await this.#context.streams.open(muxed, wanted, this, options)
    options.onProgress?.(progress('connection:opened-stream', { connection: this, stream }))

    return stream
  }

  /** Closes streams, then the socket; aborts both when that takes longer than the close timeout or `options.signal` allows. */
  async close (options: AbortOptions = {}): Promise<void> {
    try {
      await withDeadline(this.#context.closeTimeout, options.signal, 'closing the connection', async signal => {
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

  /** What is known of `protocol` here; asking for it says that the peer speaks it. */
  protocolUse (protocol: string): ProtocolUse {
    this.#protocols ??= new Map()
    let use = this.#protocols.get(protocol)

    if (use == null) {
      use = { inbound: 0, outbound: 0, confirmed: false }
      this.#protocols.set(protocol, use)
      this.#context.onProtocol(this.remotePeer, protocol)
    }

    return use
  }

  isConfirmed (protocol: string): boolean {
    return this.#protocols?.get(protocol)?.confirmed === true
  }

  override toString (): string {
    return `<${this.direction} ${this.state.transport} connection ${this.id} of ${this.localPeer} with ${this.remoteAddr}>`
  }

  #accept (stream: Stream): void {
    this.#lastStream = Date.now()
    const { streamHandler, streams } = this.#context

    if (streamHandler != null) {
      streamHandler(stream, this)
    } else {
      void streams.accept(stream, this)
    }
  }
}

// on the prototype, since a computed key of an import has no place in an isolated declaration
Object.defineProperties(SwarmConnection.prototype, {
  [connectionSymbol]: { value: true },
  [Symbol.toStringTag]: { value: 'Connection' }
})

function withPeer (address: Multiaddr, peer: PeerId): Multiaddr {
  const components = address.getComponents()

  // parsing `/p2p/…` would keep its value as one piece of string for each character
  return components.at(-1)?.code === CODE_P2P ? address : multiaddr([...components, { code: CODE_P2P, name: 'p2p', value: peer.toString() }])
}

function progress (type: string, detail: unknown): any {
  return new CustomEvent(type, { detail })
}
