import { StreamMessageEvent } from '@libp2p/interface'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import { FaceReading } from '@libp2p-ws/byte-channel'
import { ClosedError, LeanEventTarget } from '@libp2p-ws/core'
import { Uint8ArrayList } from 'uint8arraylist'
import { MAX_MESSAGE_BYTES } from './channel.ts'
import { ChannelTakenError, WebSocketClosedError } from './errors.ts'
import { isWatched, MeteredChannel } from './metered-channel.ts'
import type { WebSocketChannel } from './channel.ts'
import type { AbortOptions, CounterGroup, EventHandler, Logger, MessageStreamDirection, MessageStreamEvents, StreamCloseEvent } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { ByteChannel, ByteChannelSource } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface WebSocketConnectionInit {
  channel: WebSocketChannel
  remoteAddr: Multiaddr
  direction: MessageStreamDirection
  log: Logger
  metrics?: CounterGroup | undefined
  metricPrefix?: string | undefined

  /** Called when the connection is over, before its `close` event. */
  onClose?: ((maConn: WebSocketConnection) => void) | undefined
}

/** What the `close` event of a WebSocket connection has beside js-libp2p's `error` and `local`. */
export interface WebSocketCloseDetail {
  /** The close code that the far end sent, 1006 when it sent none, absent when this end aborted. */
  code?: number

  /** The far end's reason. */
  reason?: string
}

/** js-libp2p's face on one WebSocket. */
export class WebSocketConnection extends AbstractMultiaddrConnection implements ByteChannelSource {
  /** An `EventTarget` of the platform's takes 400 bytes for each listener, and a connection has five. */
  declare private listeners: LeanEventTarget<MessageStreamEvents>
  readonly #channel: WebSocketChannel
  readonly #reading: FaceReading
  readonly #onClose: ((maConn: WebSocketConnection) => void) | undefined

  /** Made when somebody waits. */
  #closed: PromiseWithResolvers<void> | undefined
  #channelClosed = false
  #closeCode: number | undefined
  #closeError: Error | undefined
  #showing = false
  #dispatching = false

  constructor (init: WebSocketConnectionInit) {
    super({
      remoteAddr: init.remoteAddr,
      direction: init.direction,
      log: init.log,
      // What waits is handed over bit by bit, and stays here while the socket is full.
      maxMessageSize: MAX_MESSAGE_BYTES,
      ...(init.metrics === undefined ? {} : { metrics: init.metrics }),
      ...(init.metricPrefix === undefined ? {} : { metricPrefix: init.metricPrefix })
    })

    this.#channel = init.channel
    this.#reading = new FaceReading(init.channel)
    this.#onClose = init.onClose

    this.#channel.handler = {
      onData: piece => { this.#onPiece(piece) },
      onDrain: () => { this.safeDispatchEvent('drain') },
      onEnd: () => { this.onRemoteCloseWrite() },
      onClose () {}
    }
    this.#channel.onClosed = (error, code) => { this.#onChannelClose(error, code) }
    // nothing is lost: what comes waits for a listener
    this.#channel.resume()
  }

  /** This end of the socket. Undefined in a browser, and when the connection is closed. */
  get localAddr (): Multiaddr | undefined {
    return this.#channel.localAddr
  }

  /** Resolves when the WebSocket is closed. */
  get closed (): Promise<void> {
    this.#closed ??= Promise.withResolvers()

    if (this.#channelClosed) {
      this.#closed.resolve()
    }

    return this.#closed.promise
  }

  override addEventListener <K extends keyof MessageStreamEvents> (type: K, callback: EventHandler<MessageStreamEvents[K]> | null, options?: boolean | AddEventListenerOptions): void {
    // the base class does so in its constructor, before a field of this one is there
    this.listeners ??= new LeanEventTarget(this)
    this.listeners.addEventListener(type, callback, options)

    if (type === 'message' && this.readBuffer.byteLength > 0) {
      // what was added in a constructor may not be ready to be called yet
      queueMicrotask(() => { this.dispatchReadBuffer() })
    }
  }

  override removeEventListener <K extends keyof MessageStreamEvents> (type: K, callback?: EventHandler<MessageStreamEvents[K]> | null, options?: boolean | EventListenerOptions): void {
    this.listeners.removeEventListener(type, callback, options)
  }

  override listenerCount (type: string): number {
    return this.listeners.listenerCount(type)
  }

  /** Not a listener for each connection: the first of them all sees an event that is complete. */
  override dispatchEvent (event: Event): boolean {
    if (event.type === 'close') {
      this.#describeClose(event as StreamCloseEvent & WebSocketCloseDetail)
      this.#onClose?.(this)
    }

    return this.listeners.dispatchEvent(event)
  }

  /** @throws {ChannelTakenError} when it was taken before */
  takeChannel (): ByteChannel {
    if (this.#reading.taken) {
      throw new ChannelTakenError()
    }

    this.#reading.giveAway(this.readBuffer)

    return isWatched(this)
      ? new MeteredChannel(this.#channel, {
        onRead: piece => { this.dispatchEvent(new StreamMessageEvent(piece)) },
        onWrite: pieces => { this.#showSent(pieces) }
      })
      : this.#channel
  }

  /**
   * What a `message` listener answers to bytes that came before the far end's close is
   * dropped: an error thrown there, as in js-libp2p's muxers, ends the process.
   *
   * @throws {ChannelTakenError} when the channel was taken
   * @throws {StreamStateError} when the connection is closed
   */
  override send (data: Uint8Array | Uint8ArrayList): boolean {
    if (this.#showing || (this.#dispatching && (this.status === 'closed' || this.status === 'reset'))) {
      return true
    }

    if (this.#reading.taken) {
      throw new ChannelTakenError()
    }

    return super.send(data)
  }

  /**
   * Resolves when there is room to send. Not the inherited one: once it resolved,
   * that one never waits again (@libp2p/utils 7.4.1).
   *
   * @throws {Error} when the connection ends, or the reason of the signal
   */
  override async onDrain ({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()

    if (!this.writableNeedsDrain) {
      return
    }

    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onDrain = (): void => { resolve() }
    const onClose = ({ error }: StreamCloseEvent): void => { reject(error ?? new ClosedError('the connection')) }
    const onAbort = (): void => { reject(signal?.reason) }
    this.addEventListener('drain', onDrain)
    this.addEventListener('close', onClose)
    signal?.addEventListener('abort', onAbort)

    try {
      await promise
    } finally {
      this.removeEventListener('drain', onDrain)
      this.removeEventListener('close', onClose)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  override sendData (data: Uint8ArrayList): SendResult {
    return {
      sentBytes: data.byteLength,
      // a stream's sender keeps its memory
      canSendMore: this.#channel.write(this.#channel.takesOwnership ? [data.slice()] : [...data])
    }
  }

  override sendReset (error: Error): void {
    this.#channel.abort(error)
  }

  override sendPause (): void {
    this.#reading.regulate(this)
  }

  override sendResume (): void {
    this.#reading.regulate(this)
  }

  /**
   * Resolves when the far end has closed too. Whoever took the channel wants nothing more
   * of it when he closes the connection, and only waits until all has been sent: the rest
   * of the closing handshake needs nobody, and has its deadline.
   */
  override async sendClose (options?: AbortOptions): Promise<void> {
    const sent = Promise.withResolvers<void>()
    this.#reading.regulate(this)
    this.#channel.close(this.#reading.taken ? sent.resolve : undefined)

    const gaveUp = Promise.withResolvers<never>()
    const onAbort = (): void => { gaveUp.reject(options?.signal?.reason) }
    options?.signal?.addEventListener('abort', onAbort, { once: true })

    try {
      options?.signal?.throwIfAborted()
      await Promise.race([this.closed, sent.promise, gaveUp.promise])
    } catch (err: any) {
      this.#channel.abort(err)
      throw err
    } finally {
      options?.signal?.removeEventListener('abort', onAbort)
    }
  }

  protected override dispatchReadBuffer (): void {
    this.#dispatching = true

    try {
      super.dispatchReadBuffer()
    } finally {
      this.#dispatching = false
    }

    this.#reading.regulate(this)
  }

  /** Lets those count what goes out who wrapped `send`. */
  #showSent (pieces: readonly Uint8Array[]): void {
    this.#showing = true

    try {
      this.send(new Uint8ArrayList(...pieces))
    } finally {
      this.#showing = false
    }
  }

  #onPiece (piece: Uint8Array): void {
    // A paused reader that closes has said that it wants nothing more.
    if (this.status === 'closing' && this.readStatus === 'paused') {
      return
    }

    this.onData(piece)
  }

  #describeClose (event: StreamCloseEvent & WebSocketCloseDetail): void {
    if (this.#closeCode !== undefined) {
      event.code = this.#closeCode
      event.reason = this.#channel.closeReason
    }

    if (event.error != null && event.error.cause === undefined && this.#closeError !== undefined) {
      event.error.cause = this.#closeError
    }
  }

  #onChannelClose (error: Error | undefined, code: number | undefined): void {
    this.#channelClosed = true
    this.#closed?.resolve()
    this.#closeCode = code

    // Whoever closes is not told how the far end took it: it is closed.
    if (error === undefined || this.status === 'closing') {
      this.onTransportClosed()
    } else if (error instanceof WebSocketClosedError) {
      this.#closeError = error

      if (this.status === 'open') {
        this.onRemoteReset()
      }
    } else {
      this.abort(error)
    }
  }
}
