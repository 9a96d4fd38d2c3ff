import type { StreamEvent } from './sans-io/index.ts'
import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'

/** The reason zot/libp2p-websocket gives. */
const STREAM_RESET = 'stream reset'

/** Without a word on the stream: what came may not be all that was sent. */
const CONNECTION_CLOSED = 'connection closed'

/** One libp2p stream, as the session sees it. */
export class StreamDriver {
  readonly #stream: Stream
  readonly #onEvent: (event: StreamEvent) => void
  #isFull = false

  /** The far end said that it sends no more. */
  #remoteClosed = false

  /** Everything that was written is with the network, or never will be. */
  flushed: Promise<void> = Promise.resolve()

  constructor (stream: Stream, onEvent: (event: StreamEvent) => void) {
    this.#stream = stream
    this.#onEvent = onEvent
  }

  /** Starts to report, beginning with what happened before. */
  start (): void {
    this.#stream.addEventListener('message', event => { this.#handleMessage(event) })
    this.#stream.addEventListener('drain', () => { this.#handleDrain() })
    this.#stream.addEventListener('remoteCloseWrite', () => { this.#remoteClosed = true })
    this.#stream.addEventListener('end', () => { this.#handleEnd() })
    this.#stream.addEventListener('close', event => { this.#handleClose(event) })

    this.#remoteClosed = this.#stream.remoteWriteStatus === 'closed'

    if (this.#wasReset()) {
      this.#onEvent({ type: 'closed', reason: STREAM_RESET })
    } else if (this.#stream.readableEnded) {
      this.#handleEnd()
    }
  }

  write (data: Uint8Array): void {
    try {
      if (!this.#stream.send(data) && !this.#isFull) {
        this.#isFull = true
        this.#onEvent({ type: 'full' })
      }
    } catch (err) {
      this.reset((err as Error).message)
      this.#onEvent({ type: 'closed', reason: (err as Error).message })
    }
  }

  /** After what was written. */
  closeWrite (): void {
    // Why it could not be closed is the reason in the close event.
    this.flushed = this.#stream.close().catch(() => {})
  }

  reset (reason: string): void {
    this.#stream.abort(new Error(reason))
  }

  pause (): void {
    if (this.#stream.readStatus === 'readable') {
      this.#stream.pause()
    }
  }

  resume (): void {
    if (this.#stream.readStatus === 'paused') {
      this.#stream.resume()
    }
  }

  #handleMessage ({ data }: StreamMessageEvent): void {
    this.#onEvent({ type: 'data', data: data instanceof Uint8Array ? data : data.subarray() })
  }

  /** The stream sends what it had kept before it can be known to have room. */
  #handleDrain (): void {
    queueMicrotask(() => {
      if (this.#isFull && !this.#stream.writableNeedsDrain) {
        this.#isFull = false
        this.#onEvent({ type: 'drained' })
      }
    })
  }

  #handleEnd (): void {
    if (this.#wasReset()) {
      return
    }

    if (this.#remoteClosed) {
      this.#onEvent({ type: 'end' })
    }

    if (this.#stream.status === 'closed') {
      this.#closed()
    }
  }

  /** A stream that was paused may close before all of it was read. */
  #handleClose ({ error, local }: StreamCloseEvent): void {
    if (error !== undefined) {
      this.#onEvent({ type: 'closed', reason: local === true ? error.message : STREAM_RESET })
    } else if (this.#stream.readBufferLength === 0) {
      this.#closed()
    }
  }

  #closed (): void {
    this.#onEvent(this.#remoteClosed ? { type: 'closed' } : { type: 'closed', reason: CONNECTION_CLOSED })
  }

  #wasReset (): boolean {
    return this.#stream.status === 'reset' || this.#stream.status === 'aborted'
  }
}
