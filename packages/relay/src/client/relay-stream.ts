import { RelayError } from './errors.ts'
import type { RelaySocket } from './relay-socket.ts'

/** The most data in one message of a stream without frames. */
const MAX_RAW_DATA = 65536

/** The reason of a stream that ended as it should. */
const EOF = 'EOF'

/** A libp2p stream that the relay holds for this page. */
export class RelayStream implements AsyncIterable<Uint8Array> {
  readonly peerId: string
  readonly protocol: string

  /** Settles when the stream is gone, with the reason: 'EOF' when the far end closed it. */
  readonly closed: Promise<string>

  readonly #id: bigint
  readonly #frames: boolean
  readonly #socket: RelaySocket
  readonly #unread: Uint8Array[] = []
  #reason: string | undefined
  #writable = true
  #wake: () => void = () => {}
  #settle: (reason: string) => void = () => {}

  constructor (socket: RelaySocket, id: bigint, peerId: string, protocol: string, frames: boolean) {
    this.#socket = socket
    this.#id = id
    this.#frames = frames
    this.peerId = peerId
    this.protocol = protocol
    this.closed = new Promise(resolve => { this.#settle = resolve })
  }

  /**
   * Sends bytes, with frames as one message. The promise settles when there is
   * room for more: awaiting it keeps memory bounded, and order is kept also
   * without.
   *
   * @throws {RelayError} `ERR_STREAM_CLOSED` when this side or the stream is closed
   * @throws {RangeError} for an empty frame, for which the wire has no form
   */
  async send (data: Uint8Array): Promise<void> {
    if (!this.#writable) {
      throw new RelayError('ERR_STREAM_CLOSED', `stream is closed: ${this.#reason ?? 'by this side'}`)
    }

    if (this.#frames && data.length === 0) {
      throw new RangeError('a frame cannot be empty')
    }

    const size = this.#frames ? data.length : MAX_RAW_DATA

    for (let start = 0; start < data.length; start += size) {
      this.#socket.send({ type: 'data', id: this.#id, data: data.subarray(start, start + size) })
    }

    return this.#socket.drained()
  }

  /** Sends no more. What the far end sends is still to be read. */
  close (): void {
    if (this.#writable) {
      this.#writable = false
      this.#socket.send({ type: 'close', id: this.#id })
    }
  }

  /**
   * What the far end sends, with frames one message at a time; to be read
   * once. What is not read is kept: a page cannot make a WebSocket wait.
   *
   * @throws {RelayError} `ERR_STREAM_CLOSED` when the stream ends otherwise than by a close of the far end
   */
  async * [Symbol.asyncIterator] (): AsyncGenerator<Uint8Array, void, undefined> {
    while (true) {
      const data = this.#unread.shift()

      if (data !== undefined) {
        yield data
      } else if (this.#reason === undefined) {
        await new Promise<void>(resolve => { this.#wake = resolve })
      } else if (this.#reason === EOF) {
        return
      } else {
        throw new RelayError('ERR_STREAM_CLOSED', this.#reason)
      }
    }
  }

  /** @internal */
  handleData (data: Uint8Array): void {
    this.#unread.push(data)
    this.#wake()
  }

  /** @internal */
  handleClosed (reason: string): void {
    this.#reason = reason
    this.#writable = false
    this.#settle(reason)
    this.#wake()
  }
}
