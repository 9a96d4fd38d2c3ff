import { Uint8ArrayList } from 'uint8arraylist'
import { IdentityError } from './errors.ts'
import { raceSignal } from './race-signal.ts'
import type { MessageStream, StreamMessageEvent } from '@libp2p/interface'

/** Reads a stream by numbers of bytes, and gives back what it read too much. */
export class ByteReader {
  readonly #stream: MessageStream
  readonly #bytes = new Uint8ArrayList()
  #wake: (() => void) | undefined
  #closed = false

  constructor (stream: MessageStream) {
    this.#stream = stream
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('close', this.#onClose)
    stream.addEventListener('remoteCloseWrite', this.#onClose)
  }

  /**
   * @throws {IdentityError} when the stream ends before that
   * @throws {Error} the signal's reason
   */
  async read (bytes: number, signal: AbortSignal): Promise<Uint8Array> {
    while (this.#bytes.byteLength < bytes) {
      if (this.#closed) {
        throw new IdentityError(`the far end closed the connection after ${this.#bytes.byteLength} of ${bytes} bytes`)
      }

      await raceSignal(new Promise<void>(resolve => { this.#wake = resolve }), signal)
    }

    const data = this.#bytes.slice(0, bytes)
    this.#bytes.consume(bytes)

    return data
  }

  /** Whoever listens next to the stream gets what was not read. */
  release (): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('close', this.#onClose)
    this.#stream.removeEventListener('remoteCloseWrite', this.#onClose)

    if (this.#bytes.byteLength > 0 && !this.#closed) {
      this.#stream.unshift(this.#bytes)
    }
  }

  readonly #onMessage = ({ data }: StreamMessageEvent): void => {
    this.#bytes.append(data)
    this.#wake?.()
  }

  readonly #onClose = (): void => {
    this.#closed = true
    this.#wake?.()
  }
}
