import { StreamAbortEvent, StreamBufferError, StreamCloseEvent, StreamResetEvent, StreamStateError } from '@libp2p/interface'
import { abortable } from './abortable.ts'
import { RemoteResetError, StreamClosedError } from './errors.ts'
import { ReadableHalf } from './readable-half.ts'
import type { AbortOptions, Logger, MessageStreamDirection, MessageStreamReadStatus, MessageStreamStatus, MessageStreamTimeline, MessageStreamWriteStatus, StreamOptions } from '@libp2p/interface'
import type { NegotiableStream } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Ms (js-libp2p's default). Kept for who asks: js-libp2p's streams look at it no more than ours. */
const DEFAULT_INACTIVITY_TIMEOUT = 120_000

/** What a stream asks of its muxer. */
export interface StreamSession {
  readonly log: Logger

  /** Takes all pieces; false: wait for `onMuxerDrain`. */
  write(streamId: number, pieces: Iterable<Uint8Array>): boolean

  /** Takes what goes out with the next write, or by itself in a moment. */
  hold(streamId: number, piece: Uint8Array): void

  /** Bytes that were written and have not gone out. */
  queued(streamId: number): number

  /** `bytes` were read; the reader would hold `most`. */
  consume(streamId: number, bytes: number, most: number): void
  closeWrite(streamId: number): void
  reset(streamId: number, err: Error): void

  /** The stream is over. Called before its `close` event. */
  forget(streamId: number): void
}

/**
 * js-libp2p's `Stream` on a stream of a yamux session. Only a face: what is sent
 * waits in the session, each piece that comes in is one `message` event, and there
 * is no promise, logger or timer before somebody asks for one.
 */
export class YamuxStream extends ReadableHalf implements NegotiableStream {
  readonly streamId: number
  readonly direction: MessageStreamDirection
  readonly timeline: MessageStreamTimeline = { open: Date.now() }
  protocol = ''
  status: MessageStreamStatus = 'open'
  writeStatus: MessageStreamWriteStatus = 'writable'
  remoteReadStatus: MessageStreamReadStatus = 'readable'
  writableNeedsDrain = false

  /** Ms. */
  inactivityTimeout: number

  /** Bytes that may be sent although `send` said to wait; where there are more, the stream is aborted. */
  maxWriteBufferLength?: number

  readonly #session: StreamSession
  #log: Logger | undefined

  /** Bytes that were sent although `send` had said to wait. */
  #overflow = 0
  #isSent = false
  #drained: PromiseWithResolvers<void> | undefined
  #written: PromiseWithResolvers<void> | undefined

  constructor (streamId: number, direction: MessageStreamDirection, session: StreamSession, options: StreamOptions = {}) {
    super(options.maxReadBufferLength)
    this.streamId = streamId
    this.direction = direction
    this.#session = session
    this.inactivityTimeout = options.inactivityTimeout ?? DEFAULT_INACTIVITY_TIMEOUT

    if (options.maxWriteBufferLength != null) {
      this.maxWriteBufferLength = options.maxWriteBufferLength
    }
  }

  get id (): string {
    return `${this.streamId}`
  }

  get log (): Logger {
    this.#log ??= this.#session.log.newScope(`${this.direction}:${this.streamId}`)

    return this.#log
  }

  get writeBufferLength (): number {
    return this.#session.queued(this.streamId)
  }

  /** Has a name of its own because js-libp2p's compliance suite looks at it. */
  get writeBuffer (): { byteLength: number } {
    return { byteLength: this.writeBufferLength }
  }

  /** @throws {StreamStateError} when our side is closing or closed */
  send (data: Uint8Array | Uint8ArrayList): boolean {
    this.#assertWritable()

    if (this.writableNeedsDrain) {
      this.#overflow += data.byteLength
    }

    this.writableNeedsDrain = !this.#session.write(this.streamId, data instanceof Uint8Array ? [data] : data)

    if (this.#overflow > (this.maxWriteBufferLength ?? Infinity)) {
      this.abort(new StreamBufferError(`${this.#overflow} bytes were sent that should have waited, the limit is ${this.maxWriteBufferLength}`))
    }

    return !this.writableNeedsDrain
  }

  /** @throws {StreamStateError} when our side is closing or closed */
  sendHead (piece: Uint8Array): void {
    this.#assertWritable()
    this.#session.hold(this.streamId, piece)
  }

  /**
   * Resolves when there is room to write.
   *
   * @throws {StreamClosedError} when the stream ends
   * @throws {Error} the stream's error, or the reason of the signal
   */
  async onDrain ({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()

    if (!this.writableNeedsDrain) {
      return
    }

    if (this.#isOver()) {
      throw this.#closeReason()
    }

    this.#drained ??= Promise.withResolvers()
    await abortable(this.#drained.promise, signal)
  }

  /**
   * Ends our side; the first call resolves when all of it has gone out, others at once.
   *
   * @throws {Error} the stream's error, or the reason of the signal
   */
  async close ({ signal }: AbortOptions = {}): Promise<void> {
    if (this.writeStatus !== 'writable') {
      return
    }

    signal?.throwIfAborted()
    this.writeStatus = 'closing'
    this.sendCloseWrite()
    this.#written = Promise.withResolvers()
    await abortable(this.#written.promise, signal)
  }

  /** Has a name of its own because js-libp2p's compliance suite looks whether it is called. */
  sendCloseWrite (): void {
    this.#session.closeWrite(this.streamId)
  }

  /** What was not read is dropped; a numeric `code` of the error, or what its name stands for, goes to the far end. */
  abort (err: Error): void {
    if (this.#isOver()) {
      return
    }

    this.#session.log.error('stream %d aborted - %e', this.streamId, err)
    const unsent = this.writeBufferLength > 0
    this.#session.reset(this.streamId, err)
    this.dropUnread()
    this.#end('aborted', err)
    unsent && this.safeDispatchEvent('idle')
    this.dispatchEnd()
    this.dispatchEvent(new StreamAbortEvent(err))
  }

  // --- called by the muxer

  onMuxerDrain (): void {
    this.writableNeedsDrain = false
    this.#overflow = 0
    this.#drained?.resolve()
    this.#drained = undefined
    this.safeDispatchEvent('drain')
  }

  /** Everything that was sent so far has gone out. */
  onMuxerIdle (): void {
    this.safeDispatchEvent('idle')
  }

  /** The end of our side has gone out. */
  onSent (): void {
    this.#isSent = true

    // not before whoever called close has seen that it is under way
    queueMicrotask(() => {
      if (this.#isOver()) {
        return
      }

      this.writeStatus = 'closed'
      this.#written?.resolve()
      this.remoteWriteStatus === 'closed' && this.onTransportClosed()
    })
  }

  onRemoteCloseWrite (): void {
    if (this.remoteWriteStatus === 'closed') {
      return
    }

    this.remoteWriteStatus = 'closed'
    this.endHead(undefined)
    this.safeDispatchEvent('remoteCloseWrite')
    this.dispatchEnd()
    this.wakeReaders()
    this.writeStatus === 'closed' && this.onTransportClosed()
  }

  /** What came in before may still be read. */
  onRemoteReset (code: number): void {
    const err = new RemoteResetError(code)
    this.#session.log('stream %d: %s', this.streamId, err.message)

    if (this.readBufferLength === 0) {
      this.readStatus = 'closed'
    }

    this.#end('reset', err)
    this.dispatchEnd()
    this.dispatchEvent(new StreamResetEvent(err))
  }

  /** The connection has closed: there is no more to come, but what came in before may still be read. */
  onTransportClosed (err?: Error): void {
    if (err != null) {
      this.abort(err)
    } else if (!this.#isOver()) {
      if (this.readStatus === 'readable' && this.readBufferLength === 0) {
        this.readStatus = 'closed'
      }

      this.#end('closed', undefined)
      this.dispatchEnd()
      this.dispatchEvent(new StreamCloseEvent())
    }
  }

  protected override consume (bytes: number): void {
    this.#session.consume(this.streamId, bytes, this.maxReadBufferLength)
  }

  #end (status: MessageStreamStatus, err: Error | undefined): void {
    this.status = status
    this.error = err
    this.writeStatus = 'closed'
    this.remoteReadStatus = 'closed'
    this.remoteWriteStatus = 'closed'
    this.timeline.close = Date.now()
    this.#session.forget(this.streamId)
    this.endHead(err)
    this.#drained?.reject(this.#closeReason())
    this.#isSent ? this.#written?.resolve() : this.#written?.reject(this.#closeReason())
    this.wakeReaders()
  }

  #closeReason (): Error {
    return this.error ?? new StreamClosedError('the stream is closed')
  }

  #isOver (): boolean {
    return this.status !== 'open' && this.status !== 'closing'
  }

  #assertWritable (): void {
    if (this.writeStatus !== 'writable') {
      throw new StreamStateError(`the writing side of the stream is ${this.writeStatus}`)
    }
  }
}
