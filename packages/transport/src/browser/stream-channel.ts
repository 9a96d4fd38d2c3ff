import { ReadSide } from '@libp2p-ws/byte-channel'
import { MAX_MESSAGE_BYTES } from '../channel.ts'
import { CLOSE_ABNORMAL, CLOSE_NO_STATUS, CLOSE_NORMAL, closeCodeOf, closeReasonOf, isNormalClose } from '../close-code.ts'
import { CloseTimeoutError, WebSocketClosedError } from '../errors.ts'
import { DEFAULT_CLOSE_TIMEOUT, DEFAULT_MAX_BUFFERED_AMOUNT } from '../options.ts'
import { join, toMessages } from '../sans-io/index.ts'
import type { WebSocketStream } from './web-socket-stream.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { ConnectionOptions } from '../options.ts'
import type { ByteChannelHandler } from '@libp2p-ws/core'

interface StreamChannelInit {
  stream: WebSocketStream
  opened: Awaited<WebSocketStream['opened']>
  options: ConnectionOptions
}

/**
 * A `WebSocketStream` of the runtime: while the reader pauses nothing is taken from
 * it, and the far end has to wait.
 */
export class StreamChannel implements WebSocketChannel {
  readonly takesOwnership = false
  closeReason = ''
  onClosed: ByteChannelHandler['onClose'] | undefined

  readonly #stream: WebSocketStream
  readonly #reader: ReadableStreamDefaultReader<ArrayBuffer | Uint8Array | string>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  readonly #maxBufferedAmount: number
  readonly #closeTimeout: number
  readonly #read = new ReadSide((error, code) => { this.onClosed?.(error, code) })
  #reading = false
  #closing = false
  #bufferedAmount = 0
  #waitingForDrain = false
  #lastWrite: Promise<void> = Promise.resolve()
  #closeTimer: ReturnType<typeof setTimeout> | undefined

  constructor ({ stream, opened, options }: StreamChannelInit) {
    this.#stream = stream
    this.#reader = opened.readable.getReader()
    this.#writer = opened.writable.getWriter()
    this.#maxBufferedAmount = options.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED_AMOUNT
    this.#closeTimeout = options.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT
    // what fails there fails here too
    this.#reader.closed.catch(() => {})
    this.#writer.closed.catch(() => {})
    stream.closed.then(
      ({ closeCode = CLOSE_NO_STATUS, reason = '' }) => { this.#onClose(closeCode, reason) },
      ({ closeCode, reason }) => { this.#onClose(closeCode ?? CLOSE_ABNORMAL, reason ?? '') }
    )
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    if (this.#closing || this.#read.closed) {
      return true
    }

    for (const message of toMessages(pieces, MAX_MESSAGE_BYTES)) {
      this.#send(join(message))
    }

    this.#waitingForDrain = this.#bufferedAmount >= this.#maxBufferedAmount

    return !this.#waitingForDrain
  }

  pause (): void {
    this.#read.pause()
  }

  resume (): void {
    this.#read.resume()
    void this.#readOn()
  }

  unread (piece: Uint8Array): void {
    this.#read.unread(piece)
  }

  close (): void {
    if (this.#closing || this.#read.closed) {
      return
    }

    this.#closing = true
    this.#closeTimer = setTimeout(() => { this.abort(new CloseTimeoutError(this.#closeTimeout)) }, this.#closeTimeout)
    void this.#lastWrite.then(() => { this.#stream.close({ closeCode: CLOSE_NORMAL }) })
  }

  abort (error: Error, code?: number): void {
    clearTimeout(this.#closeTimer)
    this.#stream.close({ closeCode: closeCodeOf(error, code), reason: closeReasonOf(error) })
    this.#read.close(error)
  }

  #send (message: Uint8Array): void {
    this.#bufferedAmount += message.byteLength
    this.#lastWrite = this.#writer.write(message).then(() => { this.#onSent(message.byteLength) }, () => {
      // it closes, and says so
    })
  }

  #onSent (bytes: number): void {
    this.#bufferedAmount -= bytes

    if (this.#waitingForDrain && this.#bufferedAmount < this.#maxBufferedAmount) {
      this.#waitingForDrain = false
      this.#read.drain()
    }
  }

  /** At most one message is taken while the reader pauses. */
  async #readOn (): Promise<void> {
    if (this.#reading) {
      return
    }

    this.#reading = true

    try {
      while (!this.#read.paused && !this.#read.closed) {
        const { value, done } = await this.#reader.read()

        if (done) {
          break
        }

        this.#read.deliver(toBytes(value))
      }
    } catch {
      // it closes, and says so
    } finally {
      this.#reading = false
    }
  }

  #onClose (code: number, reason: string): void {
    clearTimeout(this.#closeTimer)
    this.closeReason = reason
    this.#read.close(isNormalClose(code) ? undefined : new WebSocketClosedError(code, reason), code)
  }
}

/** js-libp2p and go-libp2p take text for bytes too. */
function toBytes (message: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof message === 'string') {
    return new TextEncoder().encode(message)
  }

  return message instanceof Uint8Array ? message : new Uint8Array(message)
}
