import type { MessageStream } from '@libp2p/interface'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** Sees what passes over a channel. */
export interface ChannelMeter {
  onRead(piece: Uint8Array): void
  onWrite(pieces: readonly Uint8Array[]): void
}

/**
 * Whether somebody counts what a message stream carries, in the way of js-libp2p's
 * metrics: they wrap its `send` and `dispatchEvent` in functions of their own
 * (@libp2p/prometheus-metrics 5, `trackMultiaddrConnection`).
 */
export function isWatched (stream: MessageStream): boolean {
  return Object.hasOwn(stream, 'send') || Object.hasOwn(stream, 'dispatchEvent')
}

/** A channel that shows a meter what passes, once each way. */
export class MeteredChannel implements ByteChannel {
  readonly #channel: ByteChannel
  readonly #meter: ChannelMeter

  /** Bytes that were given back, and come a second time. */
  #returned = 0

  constructor (channel: ByteChannel, meter: ChannelMeter) {
    this.#channel = channel
    this.#meter = meter
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
      onData: piece => {
        if (this.#returned > 0) {
          this.#returned -= piece.byteLength
        } else {
          this.#meter.onRead(piece)
        }

        handler.onData(piece)
      },
      onDrain: () => { handler.onDrain() },
      onEnd: () => { handler.onEnd() },
      onClose: (error, code) => { handler.onClose(error, code) }
    }
  }

  write (pieces: readonly Uint8Array[]): boolean {
    // first: the channel may change the pieces
    this.#meter.onWrite(pieces)

    return this.#channel.write(pieces)
  }

  pause (): void {
    this.#channel.pause()
  }

  resume (): void {
    this.#channel.resume()
  }

  unread (piece: Uint8Array): void {
    this.#returned += piece.byteLength
    this.#channel.unread(piece)
  }

  close (): void {
    this.#channel.close()
  }

  abort (error: Error, code?: number): void {
    this.#channel.abort(error, code)
  }
}
