import { ReadSide } from '@libp2p-ws/byte-channel'
import { ResourceLimitError } from '@libp2p-ws/core'
import { MAX_MESSAGE_BYTES } from '../channel.ts'
import { CLOSE_NORMAL, closeCodeOf, closeReasonOf, isNormalClose } from '../close-code.ts'
import { CloseTimeoutError, WebSocketClosedError } from '../errors.ts'
import { DEFAULT_CLOSE_TIMEOUT, DEFAULT_MAX_BUFFERED_AMOUNT } from '../options.ts'
import { join, toMessages } from '../sans-io/index.ts'
import { DrainTimer } from './drain-timer.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { ByteChannelHandler } from '@libp2p-ws/core'

/** Bytes that may come in while the reader pauses. js-libp2p's streams allow as much. */
const MAX_PAUSED_BYTES = 4 * 1024 * 1024

/**
 * A WebSocket of the runtime. It cannot be told to wait, so what comes while the
 * reader pauses is kept here, and too much of it ends the connection.
 */
export class BrowserChannel implements WebSocketChannel {
  readonly takesOwnership = false
  closeReason = ''
  onClosed: ByteChannelHandler['onClose'] | undefined

  readonly #webSocket: WebSocket
  readonly #maxBufferedAmount: number
  readonly #drainTimer: DrainTimer
  readonly #closeTimeout: number
  #closeTimer: ReturnType<typeof setTimeout> | undefined
  readonly #read = new ReadSide((error, code) => { this.onClosed?.(error, code) })

  /** @param webSocket - open, with `binaryType` set to `arraybuffer` */
  constructor (webSocket: WebSocket, init: WebSocketsInit) {
    this.#webSocket = webSocket
    this.#maxBufferedAmount = init.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED_AMOUNT
    this.#closeTimeout = init.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT
    this.#drainTimer = new DrainTimer(() => this.#hasRoom(), () => { this.#read.drain() })

    webSocket.onmessage = ({ data }) => { this.#onMessage(data) }
    webSocket.onclose = ({ code, reason }) => { this.#onClose(code, reason) }
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    if (this.#webSocket.readyState !== WebSocket.OPEN) {
      return true
    }

    for (const message of toMessages(pieces, MAX_MESSAGE_BYTES)) {
      this.#webSocket.send(join(message) as Uint8Array<ArrayBuffer>)
    }

    if (this.#hasRoom()) {
      return true
    }

    this.#drainTimer.start()

    return false
  }

  pause (): void {
    this.#read.pause()
  }

  resume (): void {
    this.#read.resume()
  }

  unread (piece: Uint8Array): void {
    this.#read.unread(piece)
  }

  close (): void {
    this.#webSocket.close(CLOSE_NORMAL)
    this.#closeTimer ??= setTimeout(() => { this.abort(new CloseTimeoutError(this.#closeTimeout)) }, this.#closeTimeout)
  }

  abort (error: Error, code?: number): void {
    this.#stopTimers()
    this.#webSocket.close(closeCodeOf(error, code), closeReasonOf(error))
    this.#read.close(error)
  }

  #stopTimers (): void {
    this.#drainTimer.stop()
    clearTimeout(this.#closeTimer)
  }

  /** React Native has no `bufferedAmount`: there, everything is taken at once. */
  #hasRoom (): boolean {
    return !(this.#webSocket.bufferedAmount >= this.#maxBufferedAmount)
  }

  #onMessage (data: ArrayBuffer | string): void {
    this.#drainTimer.check()
    // js-libp2p and go-libp2p take text for bytes too.
    const piece = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)

    this.#read.deliver(piece)

    if (this.#read.pendingBytes > MAX_PAUSED_BYTES) {
      this.abort(new ResourceLimitError('bytes received while paused', MAX_PAUSED_BYTES))
    }
  }

  #onClose (code: number, reason: string): void {
    this.#stopTimers()
    this.closeReason = reason
    this.#read.close(isNormalClose(code) ? undefined : new WebSocketClosedError(code, reason), code)
  }
}
