import { isReleasable, release } from '@libp2p-ws/byte-channel'
import { MAX_MESSAGE_BYTES } from '../channel.ts'
import { FrameWriter } from '../sans-io/index.ts'
import { SHORT_PIECE_BYTES } from './channel-settings.ts'
import { nextMask } from './mask-source.ts'
import { writeTogether } from './write-together.ts'
import type net from 'node:net'

const ENCODER = new TextEncoder()

const CLIENT_WRITER = new FrameWriter({ nextMask, maxFrameBytes: MAX_MESSAGE_BYTES, shortBytes: SHORT_PIECE_BYTES })
const SERVER_WRITER = new FrameWriter({ maxFrameBytes: MAX_MESSAGE_BYTES, shortBytes: SHORT_PIECE_BYTES })

/** The writing half of a WebSocket on a socket. After a close frame it takes nothing more. */
export class FrameSender {
  readonly #socket: net.Socket
  readonly #writer: FrameWriter
  #closed = false
  #waitingForDrain = false

  /** The ping that came last while the socket was full. */
  #unanswered: Uint8Array | undefined

  constructor (socket: net.Socket, side: 'client' | 'server') {
    this.#socket = socket
    this.#writer = side === 'client' ? CLIENT_WRITER : SERVER_WRITER
  }

  /** A close frame was sent. */
  get closed (): boolean {
    return this.#closed
  }

  /** So much waits that a frame would not be seen soon. */
  get full (): boolean {
    return this.#socket.writableNeedDrain
  }

  /** @returns false when `maxBufferedAmount` bytes wait, until `drained` */
  write (pieces: readonly Uint8Array[], maxBufferedAmount: number): boolean {
    if (this.#closed) {
      return true
    }

    this.#send(this.#writer.encode(pieces), pieces.some(isReleasable) ? () => { release(pieces) } : undefined)
    // Below its own high water mark a socket never says that it drained.
    this.#waitingForDrain = this.#socket.writableLength >= Math.max(maxBufferedAmount, this.#socket.writableHighWaterMark)

    return !this.#waitingForDrain
  }

  ping (): void {
    this.#closed || this.#send(this.#writer.ping())
  }

  /** RFC 6455 section 5.5.3: where pings come faster than pongs leave, the last one is answered. */
  pong (payload: Uint8Array): void {
    if (this.full) {
      this.#unanswered = payload
    } else if (!this.#closed) {
      this.#send(this.#writer.pong(payload))
    }
  }

  /** Calls `onSent` when the system has taken the frame. */
  close (code?: number, reason = '', onSent?: () => void): void {
    this.#closed || this.#send(this.#writer.close(code, ENCODER.encode(reason)), onSent)
    this.#closed = true
  }

  /**
   * The socket has room again.
   *
   * @returns whether a writer waits for that
   */
  drained (): boolean {
    const waiting = this.#waitingForDrain
    this.#waitingForDrain = false

    if (this.#unanswered !== undefined) {
      const payload = this.#unanswered
      this.#unanswered = undefined
      this.pong(payload)
    }

    return waiting
  }

  /** Calls `onSent` when the chunks have gone out, and not after an error: then the socket may still look at them. */
  #send (chunks: readonly Uint8Array[], onSent?: () => void): void {
    const last = onSent === undefined ? undefined : chunks.at(-1)

    writeTogether(this.#socket, () => {
      for (const chunk of chunks) {
        if (chunk === last) {
          this.#socket.write(chunk, error => { error == null && onSent?.() })
        } else {
          this.#socket.write(chunk)
        }
      }
    })
  }
}
