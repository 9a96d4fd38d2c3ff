import { Uint8ArrayList } from 'uint8arraylist'
import { ReadSide } from './read-side.ts'
import type { MessageStream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** A channel over a message stream of somebody else. */
export class MessageStreamChannel implements ByteChannel {
  readonly takesOwnership = false

  readonly #stream: MessageStream
  readonly #read = new ReadSide()
  #closed = false

  constructor (stream: MessageStream) {
    this.#stream = stream
    // a listener without a pause would have what waits sent to nobody
    this.pause()
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('drain', this.#onDrain)
    // not 'remoteCloseWrite': that comes before what waits has been read
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)

    if (stream.status !== 'open') {
      this.#read.close(new Error(`the stream is ${stream.status}`))
    }
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    if (this.#stream.status !== 'open') {
      return true
    }

    try {
      return this.#stream.send(new Uint8ArrayList(...pieces))
    } catch (err) {
      // a stream may be open above a connection that is not
      this.abort(err instanceof Error ? err : new Error(String(err)))

      return true
    }
  }

  pause (): void {
    this.#read.pause()
    this.#readable && this.#stream.pause()
  }

  resume (): void {
    this.#read.resume()
    // the handler may have paused again
    this.#read.paused || !this.#readable || this.#stream.resume()
  }

  unread (piece: Uint8Array): void {
    this.#read.unread(piece)
  }

  close (): void {
    this.#stream.close().catch((err: Error) => { this.#stream.abort(err) })
  }

  abort (error: Error): void {
    this.#stream.abort(error)
    this.#read.close(error)
  }

  /** Gives the stream back with what was not read. The channel is of no more use. */
  release (): MessageStream {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('drain', this.#onDrain)
    this.#stream.removeEventListener('end', this.#onEnd)
    this.#stream.removeEventListener('close', this.#onClose)
    const rest = new Uint8ArrayList()
    this.#read.handler = { onData: piece => { rest.append(piece) }, onDrain () {}, onEnd () {}, onClose () {} }
    this.#read.resume()

    if (this.#readable) {
      this.#stream.unshift(rest)
      this.#stream.resume()
    }

    return this.#stream
  }

  /** A stream that has closed may still have something to read. */
  get #readable (): boolean {
    return this.#stream.status === 'open' || this.#stream.status === 'closing' || (this.#stream.status === 'closed' && this.#stream.readBufferLength > 0)
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      this.#read.deliver(piece)
    }
  }

  readonly #onDrain = (): void => { this.#read.drain() }

  readonly #onEnd = (): void => {
    // what failed has its end too, and says why in the next event
    if (this.#stream.status !== 'aborted' && this.#stream.status !== 'reset') {
      this.#read.end()
      this.#closed && this.#read.close()
    }
  }

  readonly #onClose = (event: StreamCloseEvent): void => {
    this.#closed = true

    if (event.error !== undefined || this.#stream.readBufferLength === 0) {
      this.#read.close(event.error)
    }
  }
}
