import { AbstractStream } from '@libp2p/utils'
import { StreamClosedError } from './errors.ts'
import type { AbortOptions, Logger, MessageStreamDirection, StreamCloseEvent } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'
import type { Uint8ArrayList } from 'uint8arraylist'

/** What a stream asks of its muxer. */
export interface StreamSession {
  /** Takes all pieces; false: wait for `onMuxerDrain`. */
  write(streamId: number, pieces: Uint8Array[]): boolean
  consume(streamId: number, bytes: number): void
  closeWrite(streamId: number): void
  reset(streamId: number, err: Error): void
}

export interface YamuxStreamInit {
  streamId: number
  session: StreamSession
  direction: MessageStreamDirection
  log: Logger
  inactivityTimeout?: number
  maxReadBufferLength?: number
  maxWriteBufferLength?: number
}

/** js-libp2p's `Stream` on a stream of a yamux session. */
export class YamuxStream extends AbstractStream {
  readonly streamId: number
  readonly #session: StreamSession
  readonly #sent = Promise.withResolvers<void>()
  #isSent = false

  /** Bytes that came in and were not yet given to a reader. */
  #unread = 0

  /** What the stream ended with, once it has. */
  #error: Error | undefined
  #wakeReader: (() => void) | undefined

  constructor ({ streamId, session, ...init }: YamuxStreamInit) {
    super({ ...init, id: `${streamId}` })
    this.streamId = streamId
    this.#session = session

    // nobody may be waiting for it
    this.#sent.promise.catch(() => {})
    this.addEventListener('close', event => {
      this.#error = event.error
      event.error == null ? this.#sent.resolve() : this.#sent.reject(event.error)
      this.#wakeReader?.()
    }, { once: true })
    this.addEventListener('remoteCloseWrite', () => { this.#wakeReader?.() }, { once: true })
  }

  /**
   * The pieces that come in. Takes one when it is asked for one, so a slow reader
   * slows the far end; may begin after the far end has closed.
   */
  override async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array> {
    while (this.#error == null) {
      const [piece] = this.readBuffer

      if (piece != null && this.readStatus !== 'paused') {
        this.readBuffer.consume(piece.byteLength)
        this.dispatchReadBuffer()
        yield piece
      } else if (this.remoteWriteStatus === 'closed' && piece == null) {
        return
      } else {
        await new Promise<void>(resolve => { this.#wakeReader = resolve })
      }
    }

    throw this.#error
  }

  /**
   * Resolves when there is room to write. Not the inherited one: once it resolved,
   * that one never waits again (@libp2p/utils 7.4.1).
   *
   * @throws {StreamClosedError} when the stream ends
   * @throws {Error} the stream's error, or the reason of the signal
   */
  override async onDrain ({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()

    if (!this.writableNeedsDrain) {
      return
    }

    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const onDrain = (): void => { resolve() }
    const onClose = ({ error }: StreamCloseEvent): void => { reject(error ?? new StreamClosedError('the stream is closed')) }
    this.addEventListener('drain', onDrain)
    this.addEventListener('close', onClose)

    try {
      await abortable(promise, signal)
    } finally {
      this.removeEventListener('drain', onDrain)
      this.removeEventListener('close', onClose)
    }
  }

  /** Called by the muxer with what came in. */
  receive (piece: Uint8Array): void {
    this.#unread += piece.byteLength
    this.onData(piece)
    this.#reportRead()
  }

  /** Called by the muxer when everything up to the end of our side has gone out. */
  onSent (): void {
    this.#isSent = true
    this.#sent.resolve()
  }

  override sendData (data: Uint8ArrayList): SendResult {
    return { sentBytes: data.byteLength, canSendMore: this.#session.write(this.streamId, [...data]) }
  }

  override sendReset (err: Error): void {
    this.#session.reset(this.streamId, err)
  }

  override async sendCloseWrite (options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()
    this.#session.closeWrite(this.streamId)

    if (!this.#isSent) {
      await abortable(this.#sent.promise, options?.signal)
    }
  }

  /** yamux has no frame for it: what still comes in is dropped, and its window is not filled up again. */
  override async sendCloseRead (options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted()
  }

  /** The window is not filled up while nobody reads, and so the far end stops. */
  override sendPause (): void {}

  override sendResume (): void {
    this.#reportRead()
  }

  protected override dispatchReadBuffer (): void {
    super.dispatchReadBuffer()
    this.#reportRead()
    this.#wakeReader?.()
  }

  #reportRead (): void {
    const read = this.#unread - this.readBufferLength

    if (read > 0) {
      this.#unread -= read
      this.#session.consume(this.streamId, read)
    }
  }
}

async function abortable (promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal == null) {
    return promise
  }

  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => { aborted.reject(signal.reason) }
  signal.addEventListener('abort', onAbort, { once: true })

  try {
    await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
