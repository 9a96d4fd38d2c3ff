/**
 * yamux: streams on one connection. Fits js-libp2p's `streamMuxers`, and
 * `@libp2p-ws/yamux/sans-io` has the protocol without any I/O.
 */
import { serviceCapabilities } from '@libp2p/interface'
import { channelOf } from '@libp2p-ws/byte-channel'
import { YAMUX_PROTOCOL, YamuxMuxer } from './muxer.ts'
import type { YamuxMuxerInit } from './muxer.ts'
import type { MessageStream } from '@libp2p/interface'
import type { ByteChannel, ChannelMuxerFactory, ChannelMuxerInit } from '@libp2p-ws/core'

export { GoAwayError, MaxEarlyStreamsError, PingTimeoutError, RemoteResetError, StreamClosedError } from './errors.ts'
export { YAMUX_PROTOCOL, YamuxMuxer } from './muxer.ts'
export type { YamuxMuxerInit } from './muxer.ts'
export { DEFAULT_OPTIONS } from './sans-io/options.ts'
export type { YamuxOptions } from './sans-io/options.ts'
export { YamuxStream } from './stream.ts'

class Yamux implements ChannelMuxerFactory {
  readonly protocol: string = YAMUX_PROTOCOL
  readonly #init: YamuxMuxerInit

  constructor (init: YamuxMuxerInit) {
    this.#init = init
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p-ws/yamux'
  }

  createStreamMuxer (connection: MessageStream): YamuxMuxer {
    const { direction, log } = connection

    return new YamuxMuxer(channelOf(connection), { ...this.#init, direction, log })
  }

  createChannelMuxer (channel: ByteChannel, init: ChannelMuxerInit): YamuxMuxer {
    return new YamuxMuxer(channel, { ...this.#init, ...init })
  }
}

// a computed key of an import has no place in an isolated declaration
Object.defineProperty(Yamux.prototype, serviceCapabilities, { value: ['@libp2p/stream-multiplexing'] })

/** A factory for the `streamMuxers` of createLibp2p and createSwarm. */
export function yamux (init: YamuxMuxerInit = {}): () => ChannelMuxerFactory {
  return () => new Yamux(init)
}
