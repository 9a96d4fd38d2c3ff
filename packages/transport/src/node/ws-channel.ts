import { WebSocket } from 'ws'
import { MAX_MESSAGE_BYTES } from '../channel.ts'
import { CLOSE_NORMAL, closeCodeOf, closeReasonOf, isNormalClose } from '../close-code.ts'
import { KeepAliveTimeoutError, WebSocketClosedError, WebSocketProtocolError } from '../errors.ts'
import { joinShort, toMessages } from '../sans-io/index.ts'
import { LINGER, SHORT_PIECE_BYTES } from './channel-settings.ts'
import { SocketChannel } from './socket-channel.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type net from 'node:net'

/** A WebSocket of `ws`, client's or server's. */
export class WsChannel extends SocketChannel {
  readonly takesOwnership = false
  readonly #webSocket: WebSocket
  readonly #maxBufferedAmount: number
  #waitingForDrain = false
  #failure: Error | undefined

  /**
   * @param webSocket - open, and nothing of it read yet
   * @param socket - what `webSocket` writes to
   */
  constructor (webSocket: WebSocket, socket: net.Socket, settings: ChannelSettings) {
    super(socket, settings)
    this.#webSocket = webSocket
    // Below its own high water mark a socket never says that it drained.
    this.#maxBufferedAmount = Math.max(settings.maxBufferedAmount, socket.writableHighWaterMark)
    settings.keepAlive?.watch(this)
    webSocket.pause()
    webSocket.binaryType = 'fragments'
    webSocket.on('error', err => { this.#failure ??= new WebSocketProtocolError(err) })
    webSocket.on('message', data => { this.#onMessage(data as Buffer[] | Buffer) })
    webSocket.on('close', (code, reason) => { this.#onClose(code, reason.toString()) })
    socket.on('drain', () => { this.#onDrain() })
    socket.on('error', err => { this.#failure ??= new WebSocketClosedError(1006, '', err) })
  }

  write (pieces: readonly Uint8Array[]): boolean {
    if (this.#webSocket.readyState !== WebSocket.OPEN) {
      return true
    }

    this.socket.cork()

    for (const message of toMessages(pieces, MAX_MESSAGE_BYTES)) {
      this.#sendMessage(message)
    }

    this.socket.uncork()
    this.#waitingForDrain = this.socket.writableLength >= this.#maxBufferedAmount

    return !this.#waitingForDrain
  }

  pause (): void {
    this.read.pause()
    this.#webSocket.pause()
  }

  resume (): void {
    this.read.resume()

    // the handler may have paused again
    if (!this.read.paused) {
      this.#webSocket.resume()
    }
  }

  close (): void {
    this.#webSocket.close(CLOSE_NORMAL)
  }

  abort (error: Error, code?: number): void {
    // Behind bytes that nobody takes, a close frame would not be seen.
    if (this.#webSocket.readyState !== WebSocket.OPEN || this.socket.writableLength > 0) {
      this.#webSocket.terminate()
    } else {
      this.#webSocket.resume()
      this.#webSocket.close(closeCodeOf(error, code), closeReasonOf(error))
      setTimeout(() => { this.#webSocket.terminate() }, LINGER).unref()
    }

    this.settings.keepAlive?.forget(this)
    this.read.close(error)
  }

  ping (): void {
    if (this.#webSocket.readyState === WebSocket.OPEN) {
      this.#webSocket.ping()
    }
  }

  onDead (timeout: number): void {
    this.#failure ??= new KeepAliveTimeoutError(timeout)
    this.#webSocket.terminate()
  }

  /** Sends the pieces as fragments of one message: to join them would copy them once more. */
  #sendMessage (message: Uint8Array[]): void {
    const fragments = joinShort(message, SHORT_PIECE_BYTES)

    fragments.forEach((fragment, index) => {
      this.#webSocket.send(fragment, { fin: index === fragments.length - 1 })
    })
  }

  #onMessage (data: Buffer[] | Buffer): void {
    // Text comes as one Buffer: js-libp2p and go-libp2p take it for bytes too.
    for (const piece of Array.isArray(data) ? data : [data]) {
      this.read.deliver(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength))
    }
  }

  #onDrain (): void {
    if (this.#waitingForDrain) {
      this.#waitingForDrain = false
      this.read.drain()
    }
  }

  #onClose (code: number, reason: string): void {
    this.settings.keepAlive?.forget(this)
    this.closeReason = reason
    this.read.close(isNormalClose(code) ? undefined : this.#failure ?? new WebSocketClosedError(code, reason), code)
  }
}
