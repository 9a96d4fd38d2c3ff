import { ResourceLimitError } from '@libp2p-ws/core'
import { MAX_MESSAGE_BYTES } from '../channel.ts'
import { CLOSE_ABORTED, CLOSE_NORMAL, closeReasonOf, isNormalClose } from '../close-code.ts'
import { WebSocketClosedError } from '../errors.ts'
import { join, toMessages } from '../messages.ts'
import { DEFAULT_MAX_BUFFERED_AMOUNT } from '../options.ts'
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
  closeReason = ''

  readonly #webSocket: WebSocket
  readonly #maxBufferedAmount: number
  readonly #drainTimer: DrainTimer
  #handler: ByteChannelHandler | undefined
  #paused = false
  #pausedPieces: Uint8Array[] = []
  #pausedBytes = 0
  #failure: Error | undefined

  /**
   * @param webSocket - open, with `binaryType` set to `arraybuffer`. `handler` has
   * to be set before the runtime takes up its next task.
   */
  constructor (webSocket: WebSocket, init: WebSocketsInit) {
    this.#webSocket = webSocket
    this.#maxBufferedAmount = init.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED_AMOUNT
    this.#drainTimer = new DrainTimer(() => this.#hasRoom(), () => { this.#handler?.onDrain() })

    webSocket.onmessage = ({ data }) => { this.#onMessage(data) }
    webSocket.onclose = ({ code, reason }) => { this.#onClose(code, reason) }
  }

  get handler (): ByteChannelHandler {
    if (this.#handler === undefined) {
      throw new Error('no handler was set')
    }

    return this.#handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#handler = handler
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
    this.#paused = true
  }

  resume (): void {
    this.#paused = false

    while (!this.#paused) {
      const piece = this.#pausedPieces.shift()

      if (piece === undefined) {
        return
      }

      this.#pausedBytes -= piece.byteLength
      this.#handler?.onData(piece)
    }
  }

  close (): void {
    this.#webSocket.close(CLOSE_NORMAL)
  }

  abort (error: Error, code: number = CLOSE_ABORTED): void {
    this.#failure ??= error
    this.#pausedPieces = []
    this.#webSocket.close(code, closeReasonOf(error))
  }

  /** React Native has no `bufferedAmount`: there, everything is taken at once. */
  #hasRoom (): boolean {
    return !(this.#webSocket.bufferedAmount >= this.#maxBufferedAmount)
  }

  #onMessage (data: ArrayBuffer | string): void {
    this.#drainTimer.check()
    // js-libp2p and go-libp2p take text for bytes too.
    const piece = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)

    if (!this.#paused) {
      this.#handler?.onData(piece)
      return
    }

    this.#pausedPieces.push(piece)
    this.#pausedBytes += piece.byteLength

    if (this.#pausedBytes > MAX_PAUSED_BYTES) {
      this.abort(new ResourceLimitError('bytes received while paused', MAX_PAUSED_BYTES))
    }
  }

  #onClose (code: number, reason: string): void {
    this.#drainTimer.stop()
    this.closeReason = reason
    this.#handler?.onClose(this.#failure ?? (isNormalClose(code) ? undefined : new WebSocketClosedError(code, reason)), code)
  }
}
