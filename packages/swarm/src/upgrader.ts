import { ConnectionClosedError, InvalidPeerIdError } from '@libp2p/interface'
import { SwarmConnection } from './connection.ts'
import { clearableDeadline, withDeadline } from './deadline.ts'
import { ConnectionDeniedError } from './errors.ts'
import { askGater, askGaterInbound } from './gater.ts'
import { peerOf, secure, selectMuxer } from './negotiation.ts'
import { toError } from './stream-negotiation.ts'
import { transportName } from './transport-name.ts'
import type { RawStreamHandler } from './connection.ts'
import type { AnyUpgraderOptions } from './negotiation.ts'
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
  readonly #inboundTimeout: number
  readonly #streamTimeouts: { closeTimeout: number, inboundTimeout: number, outboundTimeout: number }
  readonly #dials: CounterGroup | undefined
  readonly #errors: CounterGroup | undefined
  #nextId = 0

  constructor (components: UpgraderComponents, init: UpgraderInit) {
    this.#components = components
    this.#encrypters = new Map(init.connectionEncrypters.map(encrypter => [encrypter.protocol, encrypter]))
    this.#muxers = new Map(init.streamMuxers.map(muxer => [muxer.protocol, muxer]))
    this.#inboundTimeout = init.inboundUpgradeTimeout ?? INBOUND_UPGRADE_TIMEOUT
    this.#streamTimeouts = {
      closeTimeout: init.connectionCloseTimeout ?? CONNECTION_CLOSE_TIMEOUT,
      inboundTimeout: init.inboundStreamProtocolNegotiationTimeout ?? STREAM_NEGOTIATION_TIMEOUT,
      outboundTimeout: init.outboundStreamProtocolNegotiationTimeout ?? STREAM_NEGOTIATION_TIMEOUT
    }
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
    return clearableDeadline(this.#inboundTimeout, signal, 'upgrading an inbound connection')
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
      await withDeadline(this.#inboundTimeout, options.signal, `upgrading the connection from ${maConn.remoteAddr}`, async signal => {
        await askGaterInbound(this.#components.connectionGater, maConn)
        await this.#upgrade(maConn, 'inbound', { ...options, signal })
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
      const expected = peerOf(maConn.remoteAddr)

      if (expected != null) {
        await askGater(this.#components.connectionGater, 'denyOutboundConnection', expected, maConn)
      }

      // in hole punching both ends dial, and one of them acts as the listener
      return await this.#upgrade(maConn, options.initiator === false ? 'inbound' : 'outbound', options)
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

  async #upgrade (maConn: MultiaddrConnection, direction: MessageStreamDirection, options: AnyUpgraderOptions): Promise<Connection> {
    const { connectionGater, metrics, peerId } = this.#components
    const reservation = this.#reserve(maConn, options.initiator === false ? 'outbound' : direction)
    metrics?.trackMultiaddrConnection(maConn)

    const raw = await this.#protect(maConn, options)
    const secured = await secure(raw, maConn, this.#encrypters, direction, options)

    // an address without /p2p tells only now who answers
    if (secured.remotePeer.equals(peerId)) {
      throw new InvalidPeerIdError('Can not dial self')
    }

    reservation?.setPeer(secured.remotePeer)
    await askGater(connectionGater, direction === 'inbound' ? 'denyInboundEncryptedConnection' : 'denyOutboundEncryptedConnection', secured.remotePeer, maConn)

    const early = secured.streamMuxer
    const factory = options.muxerFactory ?? early ?? await selectMuxer(secured.connection, this.#muxers, direction, options)
    const muxer = factory?.createStreamMuxer(secured.connection)

    await askGater(connectionGater, direction === 'inbound' ? 'denyInboundUpgradedConnection' : 'denyOutboundUpgradedConnection', secured.remotePeer, maConn)
    // nobody waits for it any more, so nobody would close it
    options.signal.throwIfAborted()

    maConn.timeline.upgraded = Date.now()
    const connection = new SwarmConnection({
      id: `${direction === 'inbound' ? 'i' : 'o'}${(this.#nextId++).toString(36)}-${Date.now().toString(36)}`,
      maConn,
      muxer,
      localPeer: peerId,
      remotePeer: secured.remotePeer,
      direction,
      limits: options.limits,
      protocols: this.#components.protocols,
      metrics,
      resourceManager: this.#components.resourceManager,
      streamHandler: () => this.streamHandler,
      state: {
        transport: transportName(maConn.remoteAddr),
        security: secured.protocol,
        ...(factory == null ? {} : { muxer: factory.protocol }),
        earlyMuxer: options.muxerFactory == null && early != null
      },
      onProtocol: protocol => { this.#learnProtocol(secured.remotePeer, protocol) },
      ...this.#streamTimeouts
    })
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
}
