import { ForwardingChannel } from '@libp2p-ws/byte-channel'
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
export class MeteredChannel extends ForwardingChannel {
  readonly #meter: ChannelMeter

  /** Bytes that were given back, and come a second time. */
  #returned = 0

  constructor (channel: ByteChannel, meter: ChannelMeter) {
    super(channel)
    this.#meter = meter
  }

  override write (pieces: readonly Uint8Array[]): boolean {
    // first: the channel may change the pieces
    this.#meter.onWrite(pieces)

    return super.write(pieces)
  }

  override unread (piece: Uint8Array): void {
    this.#returned += piece.byteLength
    super.unread(piece)
  }

  protected override passData (handler: ByteChannelHandler, piece: Uint8Array): boolean | void {
    if (this.#returned > 0) {
      this.#returned -= piece.byteLength
    } else {
      this.#meter.onRead(piece)
    }

    return super.passData(handler, piece)
  }
}
