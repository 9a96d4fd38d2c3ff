import { InvalidPeerIdError } from '@libp2p/interface'
import { channelOf } from '@libp2p-ws/byte-channel'
import { SwarmConnection } from './connection.ts'
import { clearableDeadline, Deadlines } from './deadline.ts'
import { ConnectionClosedError, ConnectionDeniedError } from './errors.ts'
import { askGater, askGaterInbound } from './gater.ts'
import { createMuxer, peerOf, secure, selectMuxer } from './negotiation.ts'
import { StreamNegotiator, toError } from './stream-negotiation.ts'
import { transportName } from './transport-name.ts'
import { untilGivenUp } from './until-given-up.ts'
import type { ConnectionContext, RawStreamHandler } from './connection.ts'
import type { AnyUpgraderOptions, LayerContext } from './negotiation.ts'
import type { StreamProtocols } from './protocol-table.ts'
import type { ClearableSignal, ComponentLogger, Connection, ConnectionEncrypter, ConnectionGater, ConnectionProtector, CounterGroup, MessageStream, MessageStreamDirection, Metrics, MultiaddrConnection, PeerId, PeerStore, StreamMuxerFactory, Upgrader as UpgraderInterface } from '@libp2p/interface'
import type { ResourceManager, ResourceReservation } from '@libp2p-ws/core'

/** Ms that the upgrade of an inbound connection may take (js-libp2p's default). */
export const INBOUND_UPGRADE_TIMEOUT = 10_000

/** Ms that multistream-select may take on a new stream (js-libp2p's default). */
export const STREAM_NEGOTIATION_TIMEOUT = 10_000

/** Ms that a connection may take to close before it is aborted (js-libp2p's default). */
export const CONNECTION_CLOSE_TIMEOUT = 1_000

export interface UpgraderInit {
  connectionEncrypters: ConnectionEncrypter[]
  streamMuxers: StreamMuxerFactory[]

  /** Ms, default 10,000. */
  inboundUpgradeTimeout?: number | undefined

  /** Ms, default 10,000. */
  inboundStreamProtocolNegotiationTimeout?: number | undefined

  /** Ms, default 10,000; only where the caller brings no signal. */
  outboundStreamProtocolNegotiationTimeout?: number | undefined

  /** Ms, default 1,000. */
  connectionCloseTimeout?: number | undefined
}

export interface UpgraderComponents {
  peerId: PeerId
  peerStore: PeerStore
  logger: ComponentLogger
  connectionGater: ConnectionGater
  connectionProtector?: ConnectionProtector
  metrics?: Metrics
  protocols: StreamProtocols

  /** Asked for every connection and stream. Default: none are counted. */
  resourceManager?: ResourceManager

  /** Asked before an inbound connection is looked at; false refuses it. */
  acceptInbound?(maConn: MultiaddrConnection): boolean

  /** Called once for each inbound connection that was accepted, when its upgrade has ended. */
  afterInbound?(): void
}

/** Gets each connection as soon as it is usable. */
export interface ConnectionHandler {
  /** @throws {Error} when the connection is not wanted; it is aborted then */
  onConnection(connection: SwarmConnection): void
}

/**
 * Makes a connection usable: protector, security, muxer, with the gater asked on
 * the way. Whatever goes wrong, the raw connection is aborted: no socket stays.
 */
export class Upgrader implements UpgraderInterface {
  /** Set by the swarm. */
  handler: ConnectionHandler | undefined

  /** Gets inbound streams before a protocol is negotiated. */
  streamHandler: RawStreamHandler | undefined

  readonly #components: UpgraderComponents
  readonly #encrypters: Map<string, ConnectionEncrypter>
  readonly #muxers: Map<string, StreamMuxerFactory>
  readonly #inboundDeadlines: Deadlines
  readonly #context: ConnectionContext
  readonly #dials: CounterGroup | undefined
  readonly #errors: CounterGroup | undefined
  #nextId = 0

  constructor (components: UpgraderComponents, init: UpgraderInit) {
    this.#components = components
    this.#encrypters = new Map(init.connectionEncrypters.map(encrypter => [encrypter.protocol, encrypter]))
    this.#muxers = new Map(init.streamMuxers.map(muxer => [muxer.protocol, muxer]))
    this.#inboundDeadlines = new Deadlines(init.inboundUpgradeTimeout ?? INBOUND_UPGRADE_TIMEOUT)
    this.#context = this.#makeContext(init)
    this.#dials = components.metrics?.registerCounterGroup('libp2p_connection_manager_dials_total')
    this.#errors = components.metrics?.registerCounterGroup('libp2p_connection_manager_dial_errors_total')
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p-ws/upgrader'
  }

  getConnectionEncrypters (): Map<string, ConnectionEncrypter> {
    return this.#encrypters
  }

  getStreamMuxers (): Map<string, StreamMuxerFactory> {
    return this.#muxers
  }

  createInboundAbortSignal (signal: AbortSignal): ClearableSignal {
    return clearableDeadline(this.#inboundDeadlines.ms, signal, 'upgrading an inbound connection')
  }

  /**
   * Resolves when the connection is up and in the swarm.
   *
   * @throws {ConnectionDeniedError} over a limit
   * @throws {ConnectionInterceptedError} refused by the gater
   * @throws {EncryptionFailedError | MuxerUnavailableError} see `cause`
   * @throws {TimeoutError} after `inboundUpgradeTimeout`
   */
  async upgradeInbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<void> {
    this.#dials?.increment({ inbound: true })

    if (this.#components.acceptInbound?.(maConn) === false) {
      throw this.#fail(maConn, 'inbound', new ConnectionDeniedError(`connection from ${maConn.remoteAddr} denied: too many connections`))
    }

    try {
      await untilGivenUp(maConn, { signal: options.signal, deadlines: this.#inboundDeadlines }, async () => {
        await askGaterInbound(this.#components.connectionGater, maConn)
        await this.#upgrade(maConn, 'inbound', peerOf(maConn.remoteAddr), options)
      })
    } catch (err) {
      throw this.#fail(maConn, 'inbound', toError(err))
    } finally {
      this.#components.afterInbound?.()
    }
  }

  /**
   * @throws {ConnectionInterceptedError} refused by the gater
   * @throws {EncryptionFailedError | MuxerUnavailableError} see `cause`
   * @throws {InvalidPeerIdError} when we would be talking to ourselves
   * @throws {Error} the signal's reason, when it aborts
   */
  async upgradeOutbound (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<Connection> {
    this.#dials?.increment({ outbound: true })

    try {
      return await untilGivenUp(maConn, { signal: options.signal }, async () => {
        const expected = peerOf(maConn.remoteAddr)

        if (expected != null) {
          await askGater(this.#components.connectionGater, 'denyOutboundConnection', expected, maConn)
        }

        // in hole punching both ends dial, and one of them acts as the listener
        return this.#upgrade(maConn, options.initiator === false ? 'inbound' : 'outbound', expected, options)
      })
    } catch (err) {
      throw this.#fail(maConn, 'outbound', toError(err))
    }
  }

  #fail (maConn: MultiaddrConnection, direction: MessageStreamDirection, err: Error): Error {
    this.#errors?.increment({ [direction]: true })
    maConn.log.error('%s upgrade with %a failed - %e', direction, maConn.remoteAddr, err)
    maConn.abort(err)

    return err
  }

  async #upgrade (maConn: MultiaddrConnection, direction: MessageStreamDirection, expected: PeerId | undefined, options: AnyUpgraderOptions): Promise<Connection> {
    const { connectionGater, metrics, peerId } = this.#components
    const reservation = this.#reserve(maConn, options.initiator === false ? 'outbound' : direction)
    metrics?.trackMultiaddrConnection(maConn)

    const layer: LayerContext = { direction, expected, log: maConn.log }
    const secured = await secure(channelOf(await this.#protect(maConn, options)), this.#encrypters, layer, options)
    const { remotePeer } = secured

    // an address without /p2p tells only now who answers
    if (remotePeer.equals(peerId)) {
      throw new InvalidPeerIdError('Can not dial self')
    }

    reservation?.setPeer(remotePeer)
    await askGater(connectionGater, direction === 'inbound' ? 'denyInboundEncryptedConnection' : 'denyOutboundEncryptedConnection', remotePeer, maConn)

    const early = secured.streamMuxer
    const factory = options.muxerFactory ?? early ?? await selectMuxer(secured.channel, this.#muxers, layer, options)
    await askGater(connectionGater, direction === 'inbound' ? 'denyInboundUpgradedConnection' : 'denyOutboundUpgradedConnection', remotePeer, maConn)

    // whoever gave up has aborted it, and nobody would close what is made now
    if (maConn.status !== 'open') {
      throw new ConnectionClosedError(`the connection with ${remotePeer} is ${maConn.status}`)
    }

    maConn.timeline.upgraded = Date.now()
    const connection = new SwarmConnection({
      id: `${direction === 'inbound' ? 'i' : 'o'}${(this.#nextId++).toString(36)}-${Date.now().toString(36)}`,
      maConn,
      muxer: factory == null ? undefined : createMuxer(factory, secured.channel, layer, reservation?.peerMemory?.()),
      remotePeer,
      direction,
      limits: options.limits,
      state: {
        transport: transportName(maConn.remoteAddr),
        security: secured.protocol,
        ...(factory == null ? {} : { muxer: factory.protocol }),
        earlyMuxer: options.muxerFactory == null && early != null
      }
    }, this.#context)
    this.handler?.onConnection(connection)

    return connection
  }

  /** Held until the raw connection is closed, whether the upgrade works or not. */
  #reserve (maConn: MultiaddrConnection, direction: MessageStreamDirection): ResourceReservation | undefined {
    // a closed one has had its 'close' event: what is held would be held for ever
    if (maConn.status !== 'open') {
      throw new ConnectionClosedError(`the connection with ${maConn.remoteAddr} is ${maConn.status}`)
    }

    const reservation = this.#components.resourceManager?.openConnection(direction, maConn.remoteAddr)
    maConn.addEventListener('close', () => { reservation?.release() }, { once: true })

    return reservation
  }

  async #protect (maConn: MultiaddrConnection, options: AnyUpgraderOptions): Promise<MessageStream> {
    const protector = this.#components.connectionProtector

    return protector == null || options.skipProtection === true ? maConn : protector.protect(maConn, options)
  }

  /** Not awaited: a stream does not wait for the peer store. */
  #learnProtocol (peer: PeerId, protocol: string): void {
    this.#components.peerStore.merge(peer, { protocols: [protocol] }).catch(err => {
      this.#components.logger.forComponent('libp2p-ws:upgrader').error('could not store protocol %s of %p - %e', protocol, peer, err)
    })
  }

  #makeContext (init: UpgraderInit): ConnectionContext {
    const { metrics, peerId, protocols, resourceManager } = this.#components
    const upgrader = this

    return {
      localPeer: peerId,
      closeTimeout: init.connectionCloseTimeout ?? CONNECTION_CLOSE_TIMEOUT,
      streams: new StreamNegotiator({
        protocols,
        metrics,
        resourceManager,
        inboundDeadlines: new Deadlines(init.inboundStreamProtocolNegotiationTimeout ?? STREAM_NEGOTIATION_TIMEOUT),
        outboundDeadlines: new Deadlines(init.outboundStreamProtocolNegotiationTimeout ?? STREAM_NEGOTIATION_TIMEOUT)
      }),
      onProtocol: (peer, protocol) => { this.#learnProtocol(peer, protocol) },
      get streamHandler () {
        return upgrader.streamHandler
      }
    }
  }
}
