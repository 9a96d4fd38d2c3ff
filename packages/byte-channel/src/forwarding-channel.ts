import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** A channel that passes everything on, for those that look at some of it. */
export abstract class ForwardingChannel implements ByteChannel {
  readonly #channel: ByteChannel

  constructor (channel: ByteChannel) {
    this.#channel = channel
  }

  get takesOwnership (): boolean {
    return this.#channel.takesOwnership
  }

  get handler (): ByteChannelHandler {
    return this.#channel.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#channel.handler = {
      onData: piece => this.passData(handler, piece),
      onDrain: () => { handler.onDrain() },
      onEnd: () => { handler.onEnd() },
      onClose: (error, code) => { this.passClose(handler, error, code) }
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

  protected passData (handler: ByteChannelHandler, piece: Uint8Array): boolean | void {
    return handler.onData(piece)
  }

  protected passClose (handler: ByteChannelHandler, error: Error | undefined, code: number | undefined): void {
    handler.onClose(error, code)
  }
}
