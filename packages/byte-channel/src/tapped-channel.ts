import { ForwardingChannel } from './forwarding-channel.ts'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** A channel of which somebody beside its reader hears the close, after the reader. */
export class TappedChannel extends ForwardingChannel {
  readonly #onClose: ByteChannelHandler['onClose']

  constructor (channel: ByteChannel, onClose: ByteChannelHandler['onClose']) {
    super(channel)
    this.#onClose = onClose
  }

  protected override passClose (handler: ByteChannelHandler, error: Error | undefined, code: number | undefined): void {
    super.passClose(handler, error, code)
    this.#onClose(error, code)
  }
}
