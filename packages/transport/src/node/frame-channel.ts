import { release } from '@libp2p-ws/byte-channel'
import { CLOSE_ABNORMAL, CLOSE_NO_STATUS, CLOSE_NORMAL, closeCodeOf, closeReasonOf, isNormalClose } from '../close-code.ts'
import { CloseTimeoutError, KeepAliveTimeoutError, WebSocketClosedError, WebSocketProtocolError } from '../errors.ts'
import { FrameParser } from '../sans-io/index.ts'
import { LINGER } from './channel-settings.ts'
import { FrameSender } from './frame-sender.ts'
import { SocketChannel } from './socket-channel.ts'
import { observe, startReading } from './socket-events.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type { SocketObserver } from './socket-events.ts'
import type { FrameOutput } from '../sans-io/index.ts'
import type net from 'node:net'

export interface FrameChannelInit {
  /** Upgraded; nothing of it is read. */
  socket: net.Socket

  /** What came behind the HTTP head. */
  head: Uint8Array
  side: 'client' | 'server'
  settings: ChannelSettings
}

// open ──close()──> closing ──close frame──> closed
// open ──close frame──> closed, and answered
// anything ──abort(), violation, error, time-out──> failed
//
// The reader hears at once; the socket has LINGER to get the last frame out.

/** A WebSocket on a TCP or TLS socket, with framing of our own. */
export class FrameChannel extends SocketChannel implements SocketObserver {
  readonly takesOwnership = true
  readonly #client: boolean
  readonly #sender: FrameSender
  readonly #parser: FrameParser
  #flowing = false

  /** What the parser reads; undefined once somebody else has a part of it. */
  #chunk: Uint8Array | undefined
  #pumping = false
  #closeCode: number | undefined
  #failure: Error | undefined
  #timer: NodeJS.Timeout | undefined

  constructor ({ socket, head, side, settings }: FrameChannelInit) {
    super(socket, settings)
    this.#client = side === 'client'
    this.#sender = new FrameSender(socket, side)
    this.#parser = new FrameParser({ masked: !this.#client, maxPayload: settings.maxPayload })
    this.#parser.handleData(head)

    socket.setTimeout(0)
    socket.setNoDelay()
    observe(socket, this)
    settings.keepAlive?.watch(this)
  }

  write (pieces: readonly Uint8Array[]): boolean {
    return this.read.closed || this.#sender.write(pieces, this.settings.maxBufferedAmount)
  }

  /** The socket goes on until more comes: a reader often resumes before that. */
  pause (): void {
    this.read.pause()
  }

  resume (): void {
    this.read.resume()
    this.#pump()
  }

  close (onSent?: () => void): void {
    if (!this.#sender.closed) {
      this.#sender.close(CLOSE_NORMAL, '', onSent)
      this.#destroyAfter(this.settings.closeTimeout)
    }
  }

  abort (error: Error, code?: number): void {
    if (this.read.closed) {
      return
    }

    // Behind bytes that nobody takes, a close frame would not be seen.
    if (this.#sender.closed || this.#sender.full) {
      this.socket.destroy()
      this.#fail(error)
    } else {
      this.#sender.close(closeCodeOf(error, code), closeReasonOf(error))
      this.#fail(error)
      this.#linger()
    }
  }

  ping (): void {
    this.#sender.ping()
  }

  onDead (timeout: number): void {
    this.socket.destroy()
    this.#fail(new KeepAliveTimeoutError(timeout))
  }

  onSocketData (chunk: Buffer): void {
    if (this.#ignoring) {
      return
    }

    if (this.read.paused) {
      this.#flowing = false
      this.socket.pause()
      this.socket.unshift(chunk)
      return
    }

    this.#chunk = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    this.#parser.handleData(this.#chunk)
    this.#pump()
  }

  /** The far end ended the TCP connection; what it sent before may still have to be read. */
  onSocketEnd (): void {
    if (this.#sender.closed && this.#closeCode !== undefined && this.socket.writableLength === 0) {
      // both close frames have come through: nothing is left to wait for
      this.socket.destroy()
    } else {
      this.socket.end()
      this.#destroyAfter(this.settings.closeTimeout)
    }
  }

  onSocketDrain (): void {
    if (this.#sender.drained()) {
      this.read.drain()
    }
  }

  onSocketError (error: Error): void {
    this.#failure ??= new WebSocketClosedError(CLOSE_ABNORMAL, '', error)
  }

  onSocketClose (): void {
    clearTimeout(this.#timer)

    // A close frame may be among what a paused reader has not taken.
    if (!this.read.paused || !this.#parser.pending) {
      this.#finish()
    }
  }

  /** What comes is for nobody: this end gave up, or the far end said that it is done. */
  get #ignoring (): boolean {
    return this.read.closed || this.#closeCode !== undefined
  }

  /** Delivers what was received for as long as the reader takes it, then reads on. */
  #pump (): void {
    if (this.#pumping) {
      return
    }

    this.#pumping = true

    try {
      this.#parse()
    } finally {
      this.#pumping = false
    }

    if (!this.read.paused || this.#ignoring) {
      this.#readSocket()
    }
  }

  #parse (): void {
    while (!this.read.paused && !this.#ignoring) {
      const output = this.#parser.pollOutput()

      if (output === undefined) {
        this.#chunk !== undefined && release([this.#chunk])
        this.#chunk = undefined
        return
      }

      this.#handle(output)
    }
  }

  #readSocket (): void {
    if (this.socket.closed) {
      this.#finish()
    } else if (!this.#flowing) {
      this.#flowing = true
      startReading(this.socket)
    }
  }

  #handle (output: FrameOutput): void {
    switch (output.type) {
      case 'payload':
        if (!this.read.deliver(output.bytes)) {
          this.#chunk = undefined
        }

        break
      case 'ping':
        this.#sender.pong(output.payload)
        break
      case 'close':
        this.#onCloseFrame(output.code, output.reason)
        break
      case 'violation':
        this.#onViolation(output.code, output.message)
        break
      default:
        // A pong needs no answer; keep-alive saw its bytes.
    }
  }

  #onCloseFrame (code: number, reason: Uint8Array): void {
    this.#closeCode = code
    this.closeReason = new TextDecoder().decode(reason)
    this.#sender.close(code === CLOSE_NO_STATUS ? undefined : code)

    this.#finish()

    // RFC 6455 section 7.1.1: the server ends the TCP connection, the client waits for that.
    if (!this.#client) {
      this.socket.end()
    }

    this.#destroyAfter(LINGER)
  }

  #onViolation (code: number, message: string): void {
    this.#sender.close(code)
    this.#fail(new WebSocketProtocolError(new Error(message)))
    this.#linger()
  }

  #finish (): void {
    this.settings.keepAlive?.forget(this)
    const code = this.#closeCode ?? CLOSE_ABNORMAL
    this.read.close(isNormalClose(code) ? undefined : this.#failure ?? new WebSocketClosedError(code, this.closeReason), code)
  }

  /** Tells the reader; the socket is somebody else's concern. */
  #fail (error: Error): void {
    this.settings.keepAlive?.forget(this)
    this.read.close(error)
  }

  #linger (): void {
    this.socket.end()
    this.#destroyAfter(LINGER)
    this.#readSocket()
  }

  #destroyAfter (delay: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      if (this.#sender.closed && this.#closeCode === undefined) {
        this.#failure ??= new CloseTimeoutError(delay)
      }

      this.socket.destroy()
    }, delay).unref()
  }
}
