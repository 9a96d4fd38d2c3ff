import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** A channel of which somebody beside its reader hears the close, after the reader. */
export class TappedChannel implements ByteChannel {
  readonly #channel: ByteChannel
  readonly #onClose: ByteChannelHandler['onClose']

  constructor (channel: ByteChannel, onClose: ByteChannelHandler['onClose']) {
    this.#channel = channel
    this.#onClose = onClose
  }

  get takesOwnership (): boolean {
    return this.#channel.takesOwnership
  }

  get handler (): ByteChannelHandler {
    return this.#channel.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#channel.handler = {
      ...handler.usesAtOnce === true && { usesAtOnce: true },
      onData: piece => { handler.onData(piece) },
      onDrain: () => { handler.onDrain() },
      onEnd: () => { handler.onEnd() },
      onClose: (error, code) => {
        handler.onClose(error, code)
        this.#onClose(error, code)
      }
    }
  }

  write (pieces: readonly Uint8Array[]): boolean {
    return this.#channel.write(pieces)
  }

  pause (): void {
    this.#channel.pause()
  }

  resume (): void {
    this.#channel.resume()
  }

  unread (piece: Uint8Array): void {
    this.#channel.unread(piece)
  }

  close (): void {
    this.#channel.close()
  }

  abort (error: Error, code?: number): void {
    this.#channel.abort(error, code)
  }
}
