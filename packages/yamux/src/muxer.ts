import { MuxerClosedError, TooManyOutboundProtocolStreamsError, TypedEventEmitter } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import { MaxEarlyStreamsError, PingTimeoutError } from './errors.ts'
import { GO_AWAY_INTERNAL_ERROR, GO_AWAY_NORMAL } from './sans-io/options.ts'
import { YamuxSession } from './sans-io/session.ts'
import { YamuxStream } from './stream.ts'
import type { YamuxOptions } from './sans-io/options.ts'
import type { YamuxOutput } from './sans-io/outputs.ts'
import type { StreamSession } from './stream.ts'
import type { AbortOptions, CreateStreamOptions, Logger, MessageStream, MessageStreamDirection, StreamMuxer, StreamMuxerEvents, StreamMuxerStatus, StreamOptions } from '@libp2p/interface'

/** Protocol id (libp2p spec, yamux). */
export const YAMUX_PROTOCOL = '/yamux/1.0.0'

/** Bytes of frames that go to the connection in one message: a noise decoder may refuse 16 MiB that came at once. */
const MAX_BATCH = 256 * 1024

export interface YamuxMuxerInit extends Partial<YamuxOptions> {
  /** Streams that may come in before anybody listens for the `stream` event. Default 10. */
  maxEarlyStreams?: number
  streamOptions?: StreamOptions
}

/** Drives a yamux session over one connection. */
export class YamuxMuxer extends TypedEventEmitter<StreamMuxerEvents<YamuxStream>> implements StreamMuxer<YamuxStream>, StreamSession {
  readonly protocol: string = YAMUX_PROTOCOL
  status: StreamMuxerStatus = 'open'

  readonly #connection: MessageStream
  readonly #session: YamuxSession
  readonly #init: YamuxMuxerInit
  readonly #log: Logger
  readonly #streams = new Map<number, YamuxStream>()
  #list: YamuxStream[] | undefined
  #early: YamuxStream[] = []
  #blocked = false
  #pumpScheduled = false
  #greeting: ReturnType<typeof setTimeout> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (connection: MessageStream, init: YamuxMuxerInit = {}) {
    super()
    this.#connection = connection
    this.#init = init
    this.#log = connection.log.newScope('yamux')
    this.#session = new YamuxSession(connection.direction === 'outbound', now(), init)

    connection.addEventListener('message', event => { this.#onData(event.data) })
    connection.addEventListener('drain', () => {
      this.#blocked = false
      this.#pump()
    })
    connection.addEventListener('close', event => { this.#end(stream => { stream.onTransportClosed(event.error) }) }, { once: true })
    this.#setTimer()
  }

  /** Open streams of both directions. */
  get streams (): YamuxStream[] {
    this.#list ??= [...this.#streams.values()]

    return this.#list
  }

  /** Ms; undefined before the first ping was answered. */
  get rtt (): number | undefined {
    return this.#session.roundTrip
  }

  /**
   * @throws {MuxerClosedError} when either end takes no new streams
   * @throws {TooManyOutboundProtocolStreamsError} above `maxOutboundStreams`
   */
  async createStream (options: CreateStreamOptions = {}): Promise<YamuxStream> {
    const refusal = this.status === 'open' ? this.#session.refusal : 'closed'

    if (refusal === 'too many streams') {
      throw new TooManyOutboundProtocolStreamsError(`${this.#init.maxOutboundStreams ?? 1_000} outbound streams are open`)
    }

    if (refusal != null) {
      throw new MuxerClosedError('the muxer takes no new streams')
    }

    // yamux has no place for the protocol that the options may name: it is negotiated on the stream
    const { protocol, signal, ...streamOptions } = options
    const stream = this.#add(this.#session.open(now()), 'outbound', streamOptions)

    // what is written right away tells the far end of the stream; otherwise we do
    this.#greeting ??= setTimeout(() => {
      this.#greeting = undefined
      this.#session.greet()
      this.#pump()
    }, 0)

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
      this.#pump()
      this.status = 'closed'
      this.#stopTimers()
    }
  }

  abort (err: Error): void {
    if (this.status === 'closed') {
      return
    }

    this.#end(stream => { stream.abort(err) })
    this.#session.goAway(GO_AWAY_INTERNAL_ERROR)
    this.#pump()
  }

  override addEventListener (...args: Parameters<TypedEventEmitter<StreamMuxerEvents<YamuxStream>>['addEventListener']>): void {
    super.addEventListener(...args)

    // what was added in a constructor may not be ready to be called yet
    if (args[0] === 'stream' && this.#early.length > 0) {
      queueMicrotask(() => {
        for (const stream of this.#early.splice(0)) {
          this.safeDispatchEvent('stream', { detail: stream })
        }
      })
    }
  }

  // --- what streams ask

  write (streamId: number, pieces: Uint8Array[]): boolean {
    const more = this.#session.write(streamId, pieces)
    this.#schedulePump()

    return more
  }

  consume (streamId: number, bytes: number): void {
    this.#session.consume(streamId, bytes, now())
    this.#schedulePump()
  }

  closeWrite (streamId: number): void {
    this.#session.closeWrite(streamId)
    // at once: whoever closes reads next, and should not find the far end gone
    this.#pump()
  }

  reset (streamId: number, err: Error & { resetCode?: number }): void {
    this.#session.reset(streamId, err.resetCode ?? 0)
    this.#schedulePump()
  }

  // --- the connection

  #onData (data: Uint8Array | Uint8ArrayList): void {
    try {
      for (const piece of data instanceof Uint8Array ? [data] : data) {
        this.#session.handleData(piece, now())
        this.#handleOutputs()
      }

      this.#pump()
    } catch (err) {
      this.#fail(err instanceof Error ? err : new Error(String(err)))
    }
  }

  /** What was written in one turn goes out in one message. */
  #schedulePump (): void {
    if (!this.#pumpScheduled) {
      this.#pumpScheduled = true
      queueMicrotask(() => {
        this.#pumpScheduled = false
        this.#pump()
      })
    }
  }

  #pump (): void {
    while (!this.#blocked && this.#connection.status === 'open') {
      const pieces = this.#session.pollTransmit(MAX_BATCH)

      if (pieces.length === 0) {
        break
      }

      this.#blocked = !this.#connection.send(new Uint8ArrayList(...pieces))
    }

    this.#handleOutputs()
  }

  #handleOutputs (): void {
    for (let output = this.#session.pollOutput(); output != null; output = this.#session.pollOutput()) {
      this.#handleOutput(output)
    }
  }

  #handleOutput (output: YamuxOutput): void {
    switch (output.type) {
      case 'opened': this.#announce(this.#add(output.streamId, 'inbound', {})); break
      case 'data': this.#streams.get(output.streamId)?.receive(output.piece); break
      case 'drain': this.#streams.get(output.streamId)?.onMuxerDrain(); break
      case 'sent': this.#streams.get(output.streamId)?.onSent(); break
      case 'ended': this.#streams.get(output.streamId)?.onRemoteCloseWrite(); break
      case 'reset': this.#streams.get(output.streamId)?.onRemoteReset(); break
      case 'roundTrip': this.#setTimer(); break
      case 'goAway': this.#onGoAway(output.code); break
      default: this.#fail(new PingTimeoutError('the far end did not answer a ping'))
    }
  }

  #onGoAway (code: number): void {
    if (code !== GO_AWAY_NORMAL) {
      this.#fail(new MuxerClosedError(`the far end went away with code ${code}`))
    }
  }

  #add (streamId: number, direction: MessageStreamDirection, options: StreamOptions): YamuxStream {
    const stream = new YamuxStream({ ...this.#init.streamOptions, ...options, streamId, session: this, direction, log: this.#log })
    this.#streams.set(streamId, stream)
    this.#list = undefined
    stream.addEventListener('close', () => {
      this.#streams.delete(streamId)
      this.#list = undefined
    }, { once: true })

    return stream
  }

  #announce (stream: YamuxStream): void {
    this.#session.greet()

    if (this.listenerCount('stream') > 0) {
      this.safeDispatchEvent('stream', { detail: stream })
      return
    }

    this.#early.push(stream)

    if (this.#early.length > (this.#init.maxEarlyStreams ?? 10)) {
      this.#fail(new MaxEarlyStreamsError(`${this.#early.length} streams before anybody takes them`))
    }
  }

  /** The session cannot go on, and the connection was only for it. */
  #fail (err: Error): void {
    this.#log.error('session failed - %e', err)
    this.abort(err)
    this.#connection.abort(err)
  }

  #end (endStream: (stream: YamuxStream) => void): void {
    this.status = 'closed'
    this.#stopTimers()
    this.streams.forEach(endStream)
  }

  #setTimer (): void {
    clearTimeout(this.#timer)
    const at = this.#session.pollTimeout()

    if (at != null && this.status === 'open') {
      this.#timer = setTimeout(() => {
        this.#session.handleTimeout(now())
        this.#pump()
        this.#setTimer()
      }, Math.max(0, at - now()))
    }
  }

  #stopTimers (): void {
    clearTimeout(this.#timer)
    clearTimeout(this.#greeting)
    this.#greeting = undefined
  }
}

function now (): number {
  return performance.now()
}
