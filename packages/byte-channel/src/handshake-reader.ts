import type { ByteChannel } from '@libp2p-ws/core'

/**
 * Reads a channel while a handshake runs on it, piece by piece, for code that
 * awaits. `release` pauses the channel for its next reader.
 */
export class HandshakeReader {
  readonly #channel: ByteChannel
  #wanted: PromiseWithResolvers<Uint8Array> | undefined
  #ended: Error | undefined

  constructor (channel: ByteChannel) {
    this.#channel = channel
    channel.handler = {
      onData: piece => { this.#onData(piece) },
      onDrain () {},
      onEnd: () => { this.#fail(new Error('the far end closed in the middle of a handshake')) },
      onClose: error => { this.#fail(error ?? new Error('closed in the middle of a handshake')) }
    }
  }

  /** @throws {Error} what the channel ended with */
  async read (): Promise<Uint8Array> {
    if (this.#ended !== undefined) {
      throw this.#ended
    }

    this.#wanted = Promise.withResolvers<Uint8Array>()
    const { promise } = this.#wanted
    this.#channel.resume()

    return promise
  }

  /** Gives `rest` to who reads next. */
  release (rest: Uint8Array): void {
    this.#channel.unread(rest)
  }

  #onData (piece: Uint8Array): void {
    // at most one piece for each read: the next is another reader's, perhaps
    this.#channel.pause()
    this.#wanted?.resolve(piece)
    this.#wanted = undefined
  }

  #fail (error: Error): void {
    this.#ended = error
    this.#wanted?.reject(error)
    this.#wanted = undefined
  }
}
