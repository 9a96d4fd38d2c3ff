import { StreamBufferError, StreamStateError } from '@libp2p/interface'
import { LeanEventTarget } from '@libp2p-ws/core'
import { PieceEvent } from './piece-event.ts'
import { PieceQueue } from './sans-io/piece-queue.ts'
import type { AbortOptions, EventHandler, MessageStreamEvents, MessageStreamReadStatus, MessageStreamWriteStatus } from '@libp2p/interface'
import type { StreamHeadReader } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

/** Bytes that may wait to be read (js-libp2p's default). */
const DEFAULT_MAX_READ_BUFFER_LENGTH: number = 4 * 1024 * 1024

/**
 * The reading half of a stream: what came in goes to the head's reader, then to
 * whoever listens or iterates, and waits where nobody does. The far end hears of
 * room when a piece was read, and not when it came in.
 */
export abstract class ReadableHalf extends LeanEventTarget<MessageStreamEvents> {
  readStatus: MessageStreamReadStatus = 'readable'
  remoteWriteStatus: MessageStreamWriteStatus = 'writable'
  readableEnded = false

  /** Bytes; where more wait to be read, the stream is aborted. */
  maxReadBufferLength: number

  /** What the stream ended with. */
  protected error: Error | undefined
  readonly #received = new PieceQueue()
  #head: StreamHeadReader | undefined

  /** Bytes that came in and of which the far end does not know yet that they were read. */
  #uncredited = 0
  #readable: PromiseWithResolvers<void> | undefined

  constructor (maxReadBufferLength: number = DEFAULT_MAX_READ_BUFFER_LENGTH) {
    super()
    this.maxReadBufferLength = maxReadBufferLength
  }

  abstract abort (err: Error): void

  /** Makes room for `bytes` more at the far end. */
  protected abstract consume (bytes: number): void

  get readBufferLength (): number {
    return this.#received.byteLength
  }

  /**
   * The pieces that come in. Takes one when it is asked for one, so a slow reader
   * slows the far end; may begin after the far end has closed.
   */
  async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array> {
    for (;;) {
      const piece = this.readStatus === 'paused' ? undefined : this.#received.shift()

      if (piece != null) {
        this.#afterRead()
        yield piece
      } else if (this.error != null) {
        throw this.error
      } else if (this.readStatus === 'closed' || (this.remoteWriteStatus === 'closed' && this.#received.byteLength === 0)) {
        return
      } else {
        this.#readable ??= Promise.withResolvers()
        await this.#readable.promise
      }
    }
  }

  override addEventListener <K extends keyof MessageStreamEvents> (type: K, callback: EventHandler<MessageStreamEvents[K]> | null, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, callback, options)

    if (type === 'message' && this.#received.byteLength > 0) {
      // what was added in a constructor may not be ready to be called yet
      this.#deliverLater()
    }
  }

  /** @throws {StreamStateError} when our reading side is closed */
  pause (): void {
    this.#assertReadable()
    this.readStatus = 'paused'
  }

  /** @throws {StreamStateError} when our reading side is closed */
  resume (): void {
    this.#assertReadable()

    if (this.readStatus === 'paused') {
      this.readStatus = 'readable'
      this.#deliver()
    }
  }

  /**
   * To be read behind all that waits.
   *
   * @throws {StreamStateError} when our reading side is closed
   */
  push (data: Uint8Array | Uint8ArrayList): void {
    this.#assertReadable()
    piecesOf(data).forEach(piece => { this.#received.push(piece) })
    this.#deliverLater()
  }

  /**
   * To be read before all that waits.
   *
   * @throws {StreamStateError} when our reading side is closed
   */
  unshift (data: Uint8Array | Uint8ArrayList): void {
    this.#assertReadable()
    piecesOf(data).reverse().forEach(piece => { this.#received.unshift(piece) })
    this.#deliverLater()
  }

  /**
   * See `NegotiableStream` of `@libp2p-ws/core`.
   *
   * @throws {StreamStateError} when a head is being read, or somebody listens for messages
   */
  readHead (reader: StreamHeadReader): void {
    if (this.#head != null || this.listenerCount('message') > 0) {
      throw new StreamStateError('the head of a stream is read once, and before the stream')
    }

    this.#head = reader

    for (let piece = this.#received.shift(); piece != null; piece = this.#received.shift()) {
      if (!this.#feedHead(reader, piece)) {
        return
      }
    }

    if (this.remoteWriteStatus === 'closed' || this.readStatus === 'closed') {
      this.endHead(this.error)
    }
  }

  async closeRead ({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted()

    if (this.readStatus !== 'closing' && this.readStatus !== 'closed') {
      this.sendCloseRead()
    }
  }

  /**
   * yamux has no frame for it: what still comes in is dropped. Has a name of its own
   * because js-libp2p's compliance suite looks whether it is called.
   */
  sendCloseRead (): void {
    this.dropUnread()
    this.#credit()
    this.endHead(undefined)
    this.dispatchEnd()
  }

  /** Called by the muxer with what came in. Returns whether nobody has any more use for it. */
  receive (piece: Uint8Array): boolean {
    this.#uncredited += piece.byteLength

    if (this.#head != null) {
      this.#feedHead(this.#head, piece)

      return false
    }

    if (this.readStatus === 'closed') {
      // dropped, but counted as read: else the far end could never come to its end
      this.#credit()

      return true
    }

    const first = this.#received.byteLength === 0
    this.#received.push(piece)

    return this.#deliver() && first
  }

  /** Nobody will read any more. */
  protected dropUnread (): void {
    this.#received.clear()
    this.readStatus = 'closed'
    this.wakeReaders()
  }

  protected endHead (error: Error | undefined): void {
    const head = this.#head
    this.#head = undefined
    head?.onEnd(error)
  }

  /** Once, when everything was read and nothing more will come. */
  protected dispatchEnd (): void {
    if (!this.readableEnded && this.#received.byteLength === 0 && (this.remoteWriteStatus === 'closed' || this.readStatus === 'closed')) {
      this.readableEnded = true
      this.safeDispatchEvent('end')
    }
  }

  protected wakeReaders (): void {
    this.#readable?.resolve()
    this.#readable = undefined
  }

  /** Returns whether `head` wants more. */
  #feedHead (head: StreamHeadReader, piece: Uint8Array): boolean {
    const rest = head.onData(piece)

    // it may have ended the stream
    if (rest != null && this.#head === head) {
      this.#head = undefined
      this.#received.unshift(rest)
      this.#deliver()
    }

    this.#credit()

    return this.#head === head
  }

  /** Returns whether the last piece was delivered, and released by whoever got it. */
  #deliver (): boolean {
    let released = false

    while (this.#received.byteLength > 0 && this.readStatus === 'readable' && this.listenerCount('message') > 0) {
      const piece = this.#received.shift()

      if (piece != null) {
        const event = new PieceEvent(piece, this)
        this.dispatchEvent(event)
        released = event.released
      }
    }

    released &&= this.#received.byteLength === 0

    this.#afterRead()
    this.wakeReaders()

    if (this.#received.byteLength > this.maxReadBufferLength) {
      this.abort(new StreamBufferError(`${this.#received.byteLength} bytes wait to be read, the limit is ${this.maxReadBufferLength}`))
    }

    return released
  }

  #deliverLater (): void {
    queueMicrotask(() => { this.#deliver() })
  }

  #afterRead (): void {
    if (this.#received.byteLength === 0 && this.remoteWriteStatus === 'closed') {
      this.readStatus = 'closed'
      this.dispatchEnd()
    }

    this.#credit()
  }

  #credit (): void {
    // what was pushed by our side is in one and not in the other
    const read = this.#uncredited - this.#received.byteLength

    if (read > 0) {
      this.#uncredited -= read
      this.consume(read)
    }
  }

  #assertReadable (): void {
    if (this.readStatus === 'closing' || this.readStatus === 'closed') {
      throw new StreamStateError(`the reading side of the stream is ${this.readStatus}`)
    }
  }
}

function piecesOf (data: Uint8Array | Uint8ArrayList): Uint8Array[] {
  return data instanceof Uint8Array ? [data] : [...data]
}
