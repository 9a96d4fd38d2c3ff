import { MuxerClosedError, TooManyOutboundProtocolStreamsError } from '@libp2p/interface'
import { connectionErrorCode, LeanEventTarget, streamErrorCode } from '@libp2p-ws/core'
import { GoAwayError, MaxEarlyStreamsError, PingTimeoutError } from './errors.ts'
import { FramePump } from './frame-pump.ts'
import { OpenStreams } from './open-streams.ts'
import { DEFAULT_OPTIONS, GO_AWAY_INTERNAL_ERROR, GO_AWAY_NORMAL } from './sans-io/options.ts'
import { YamuxSession } from './sans-io/session.ts'
import { SessionTimer } from './session-timer.ts'
import { YamuxStream } from './stream.ts'
import { TurnEnd } from './turn-end.ts'
import type { YamuxOptions } from './sans-io/options.ts'
import type { YamuxOutput } from './sans-io/outputs.ts'
import type { StreamSession } from './stream.ts'
import type { AbortOptions, CreateStreamOptions, EventHandler, Logger, MessageStreamDirection, StreamMuxer, StreamMuxerEvents, StreamMuxerStatus, StreamOptions } from '@libp2p/interface'
import type { ByteChannel, ChannelMuxerInit } from '@libp2p-ws/core'

/** Protocol id (libp2p spec, yamux). */
export const YAMUX_PROTOCOL = '/yamux/1.0.0'

/** Streams that may come in before anybody listens for them (js-libp2p's default). */
const DEFAULT_MAX_EARLY_STREAMS = 10

export interface YamuxMuxerInit extends Partial<YamuxOptions> {
  /** Streams that may come in before anybody listens for the `stream` event. Default 10. */
  maxEarlyStreams?: number
  streamOptions?: StreamOptions | undefined
}

/** Drives a yamux session over one channel. */
export class YamuxMuxer extends LeanEventTarget<StreamMuxerEvents<YamuxStream>> implements StreamMuxer<YamuxStream>, StreamSession {
  readonly protocol: string = YAMUX_PROTOCOL
  status: StreamMuxerStatus = 'open'

  readonly #connectionLog: Logger

  /** Made when somebody asks: that takes longer than the rest of the muxer. */
  #log: Logger | undefined

  readonly #channel: ByteChannel
  readonly #session: YamuxSession
  readonly #init: YamuxMuxerInit
  readonly #streams = new OpenStreams()
  #early: YamuxStream[] = []
  #closed = false

  /** Whether somebody holds a part of what came in last. */
  #kept = false
  readonly #pump: FramePump
  readonly #turnEnd: TurnEnd
  readonly #timer: SessionTimer

  constructor (channel: ByteChannel, { direction, log, memory, ...init }: ChannelMuxerInit & YamuxMuxerInit) {
    super()
    this.#channel = channel
    this.#init = init
    this.#connectionLog = log
    this.#session = new YamuxSession(direction === 'outbound', performance.now(), init, memory)
    this.#pump = new FramePump(channel, this.#session, () => { this.#handleOutputs() })
    this.#turnEnd = new TurnEnd(() => {
      this.#session.flushHeld()
      this.#pump.pump()
    })
    this.#timer = new SessionTimer(() => this.status === 'open' ? this.#session.pollTimeout() : undefined, () => {
      this.#session.handleTimeout(this.#pump.now())
      this.#pump.pump()
    })
    this.#timer.set()
    channel.handler = {
      onData: piece => this.#onData(piece),
      onDrain: () => { this.#pump.resume() },
      onEnd: () => { this.#onEnd() },
      onClose: error => { this.#onClose(error) }
    }

    // streams may be there already, and whoever made this muxer has to listen for them first
    queueMicrotask(() => { channel.resume() })
  }

  get log (): Logger {
    this.#log ??= this.#connectionLog.newScope('yamux')

    return this.#log
  }

  /** Open streams of both directions. */
  get streams (): YamuxStream[] {
    return this.#streams.list
  }

  /** Ms; undefined before the first ping was answered. */
  get rtt (): number | undefined {
    return this.#session.roundTrip
  }

  /**
   * @throws {MuxerClosedError} when either end takes no new streams
   * @throws {TooManyOutboundProtocolStreamsError} above `maxOutboundStreams`
   * @throws {Error} the reserver's, when it has no memory for the window of another stream
   */
  async createStream (options: CreateStreamOptions = {}): Promise<YamuxStream> {
    const refusal = this.status === 'open' ? this.#session.refusal : 'closed'

    if (refusal === 'too many streams') {
      throw new TooManyOutboundProtocolStreamsError(`${this.#init.maxOutboundStreams ?? DEFAULT_OPTIONS.maxOutboundStreams} outbound streams are open`)
    }

    if (refusal != null) {
      throw new MuxerClosedError('the muxer takes no new streams')
    }

    // yamux has no place for the protocol that the options may name: it is negotiated on the stream
    const stream = this.#add(this.#session.open(this.#pump.now()), 'outbound', { ...this.#init.streamOptions, ...options })

    // what is written right away tells the far end of the stream; otherwise we do
    this.#turnEnd.schedule()

    return stream
  }

  /** Closes every stream, then tells the far end that we are done. */
  async close (options: AbortOptions = {}): Promise<void> {
    if (this.status !== 'open') {
      return
    }

    this.status = 'closing'

    try {
      await Promise.all(this.streams.map(async stream => stream.close(options)))
    } finally {
      this.#session.goAway(GO_AWAY_NORMAL)
      this.#pump.pump()
      this.#stop()
    }
  }

  /** Ends every stream. A numeric `code` of the error, or what its name stands for, goes to the far end. */
  abort (err: Error): void {
    if (this.status === 'closed') {
      return
    }

    this.#stop()
    this.streams.forEach(stream => { stream.abort(err) })
    this.#session.goAway(connectionErrorCode(err) || GO_AWAY_INTERNAL_ERROR)
    this.#pump.pump()
  }

  override addEventListener <K extends keyof StreamMuxerEvents<YamuxStream>> (type: K, callback: EventHandler<StreamMuxerEvents<YamuxStream>[K]> | null, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, callback, options)

    // what was added in a constructor may not be ready to be called yet
    if (type === 'stream' && this.#early.length > 0) {
      queueMicrotask(() => {
        for (const stream of this.#early.splice(0)) {
          this.safeDispatchEvent('stream', { detail: stream })
        }
      })
    }
  }

  // --- what streams ask

  write (streamId: number, pieces: Iterable<Uint8Array>): boolean {
    const more = this.#session.write(streamId, pieces)
    this.#pump.schedule()

    return more
  }

  hold (streamId: number, piece: Uint8Array): void {
    this.#session.hold(streamId, piece)
    this.#turnEnd.schedule()
  }

  queued (streamId: number): number {
    return this.#session.queued(streamId)
  }

  consume (streamId: number, bytes: number, most: number): void {
    this.#session.consume(streamId, bytes, this.#pump.now(), most)
    this.#pump.schedule()
  }

  closeWrite (streamId: number): void {
    this.#session.closeWrite(streamId)
    this.#pump.schedule()
  }

  reset (streamId: number, err: Error): void {
    this.#session.reset(streamId, streamErrorCode(err))
    this.#pump.schedule()
  }

  forget (streamId: number): void {
    this.#streams.delete(streamId)
  }

  // --- the channel

  /** Returns whether nobody has any more use for the memory of `piece`. */
  #onData (piece: Uint8Array): boolean {
    if (this.#closed) {
      return true
    }

    this.#kept = false

    try {
      this.#session.handleData(piece, performance.now())
    } catch (err) {
      this.#handleOutputs()
      this.#fail(err instanceof Error ? err : new Error(String(err)))

      return false
    }

    this.#handleOutputs()
    this.#pump.pump()

    return !this.#kept
  }

  /** No answer can come any more, to anything. */
  #onEnd (): void {
    this.#endStreams(undefined)
    this.#channel.close()
  }

  #onClose (error: Error | undefined): void {
    this.#closed = true
    this.#pump.stop()
    this.#endStreams(error)
    this.#session.handleClose()
  }

  #endStreams (error: Error | undefined): void {
    this.#stop()
    this.streams.forEach(stream => { stream.onTransportClosed(error) })
  }

  #handleOutputs (): void {
    for (let output = this.#session.pollOutput(); output != null; output = this.#session.pollOutput()) {
      this.#handleOutput(output)
    }
  }

  #handleOutput (output: YamuxOutput): void {
    switch (output.type) {
      case 'opened': this.#announce(this.#add(output.streamId, 'inbound', this.#init.streamOptions)); break
      case 'data': this.#kept = this.#streams.get(output.streamId)?.receive(output.piece) === false || this.#kept; break
      case 'drain': this.#streams.get(output.streamId)?.onMuxerDrain(); break
      case 'idle': this.#streams.get(output.streamId)?.onMuxerIdle(); break
      case 'sent': this.#streams.get(output.streamId)?.onSent(); break
      case 'ended': this.#streams.get(output.streamId)?.onRemoteCloseWrite(); break
      case 'reset': this.#streams.get(output.streamId)?.onRemoteReset(output.code); break
      case 'roundTrip': this.#timer.set(); break
      case 'goAway': output.code === GO_AWAY_NORMAL || this.#fail(new GoAwayError(output.code)); break
      default: this.#fail(new PingTimeoutError('the far end did not answer a ping'))
    }
  }

  #add (streamId: number, direction: MessageStreamDirection, options: StreamOptions | undefined): YamuxStream {
    const stream = new YamuxStream(streamId, direction, this, options)
    this.#streams.add(stream)

    return stream
  }

  #announce (stream: YamuxStream): void {
    // our first bytes tell the far end that the stream was taken; otherwise we do
    this.#turnEnd.schedule()

    if (this.listenerCount('stream') > 0) {
      this.safeDispatchEvent('stream', { detail: stream })
      return
    }

    this.#early.push(stream)

    if (this.#early.length > (this.#init.maxEarlyStreams ?? DEFAULT_MAX_EARLY_STREAMS)) {
      this.#fail(new MaxEarlyStreamsError(`${this.#early.length} streams before anybody takes them`))
    }
  }

  /** The session cannot go on, and the connection was only for it. */
  #fail (err: Error): void {
    this.log.error('session failed - %e', err)
    this.abort(err)
    this.#channel.abort(err, connectionErrorCode(err))
  }

  #stop (): void {
    this.status = 'closed'
    this.#timer.clear()
  }
}
