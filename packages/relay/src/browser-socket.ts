import { ResourceLimitError } from '@libp2p-ws/core'
import { WebSocket } from 'ws'
import { serializeServerMessage } from './sans-io/index.ts'

/** RFC 6455, 7.4.1. */
const MESSAGE_TOO_BIG = 1009

/** RFC 6455, 5.5: a control frame has 125 bytes, two of which are the code. */
const MAX_REASON_LENGTH = 123

export interface BrowserSocketLimits {
  maxMessageSize: number
  sendHighWater: number
  maxSendBuffer: number
}

export interface BrowserSocketHandler {
  onMessage(message: Uint8Array): void
  onPong(): void
  onFull(): void
  onDrained(): void
  onClose(code: number, reason: string): void
}

/**
 * A socket that says in the protocol, too, that a message was too big: a page
 * has only the code of a close that `ws` makes by itself.
 *
 * @returns the class, to be given to a `WebSocketServer`
 */
export function relayWebSocket (maxMessageSize: number): typeof WebSocket {
  const { message } = new ResourceLimitError('maxMessageSize', maxMessageSize)

  return class extends WebSocket {
    override close (code?: number, reason?: string | Buffer): void {
      if (code === MESSAGE_TOO_BIG && reason === undefined) {
        this.send(serializeServerMessage({ type: 'protocol-error', message }))
        super.close(code, message)
      } else {
        super.close(code, reason)
      }
    }
  }
}

/** The WebSocket of one browser, with back-pressure told by events. */
export class BrowserSocket {
  readonly #socket: WebSocket
  readonly #limits: BrowserSocketLimits
  readonly #handler: BrowserSocketHandler
  #isFull = false

  constructor (socket: WebSocket, limits: BrowserSocketLimits, handler: BrowserSocketHandler) {
    this.#socket = socket
    this.#limits = limits
    this.#handler = handler
  }

  start (): void {
    this.#socket.on('message', data => { this.#handler.onMessage(data as Buffer) })
    this.#socket.on('ping', data => { this.#answerPing(data) })
    this.#socket.on('pong', () => { this.#handler.onPong() })
    this.#socket.on('close', (code, reason) => { this.#handler.onClose(code, reason.toString()) })
    // A close always follows, with the code.
    this.#socket.on('error', () => {})
  }

  send (message: Uint8Array): void {
    this.#socket.send(message, () => { this.#handleSent() })

    const waiting = this.#socket.bufferedAmount

    if (waiting > this.#limits.maxSendBuffer) {
      this.terminate()
    } else if (waiting > this.#limits.sendHighWater && !this.#isFull) {
      this.#isFull = true
      this.#handler.onFull()
    }
  }

  ping (): void {
    this.#socket.ping()
  }

  pause (): void {
    this.#socket.pause()
  }

  resume (): void {
    this.#socket.resume()
  }

  /** Read on, or the browser's answer would not be seen. */
  close (code: number, reason: string): void {
    this.#socket.resume()
    this.#socket.close(code, shorten(reason))
  }

  terminate (): void {
    this.#socket.terminate()
  }

  #handleSent (): void {
    if (this.#isFull && this.#socket.bufferedAmount <= this.#limits.sendHighWater / 2) {
      this.#isFull = false
      this.#handler.onDrained()
    }
  }

  /** Not by `ws` itself, which would let answers to a browser that reads none pile up. */
  #answerPing (data: Buffer): void {
    if (!this.#isFull) {
      this.#socket.pong(data)
    }
  }
}

function shorten (reason: string): string {
  const bytes = Buffer.from(reason)

  return bytes.length <= MAX_REASON_LENGTH ? reason : bytes.subarray(0, MAX_REASON_LENGTH).toString().replace(/\uFFFD$/, '')
}
