import type { ByteChannel } from './byte-channel.ts'
import type { MemoryReserver } from './resource-manager.ts'
import type { ConnectionEncrypter, Logger, MessageStreamDirection, PeerId, StreamMuxer, StreamMuxerFactory, StreamOptions } from '@libp2p/interface'

export interface SecureChannelOptions {
  /** Who speaks first: `outbound` does. */
  direction: MessageStreamDirection

  /** Who has to be at the far end. Default: whoever it is. */
  remotePeer?: PeerId | undefined

  /** Settle no muxer in the handshake. Default: false. */
  skipStreamMuxerNegotiation?: boolean | undefined

  /**
   * The far end's answer to the proposal of this protocol, which is on its way. Our
   * first message may go out before it; what comes in before it is not ours.
   */
  negotiated?: Promise<void> | undefined

  /** Goes out before our first message, in one write with it. Only where we speak first. */
  preamble?: Uint8Array | undefined
}

export interface SecuredChannel {
  /** Plaintext, paused. */
  channel: ByteChannel
  remotePeer: PeerId

  /** Absent where the handshake settled none. */
  streamMuxer?: StreamMuxerFactory | undefined
}

/** An encrypter that works on channels, and on message streams for js-libp2p. */
export interface ChannelEncrypter extends ConnectionEncrypter {
  /** The initiator speaks first, so that its first message can go out with the proposal of its protocol. */
  readonly speaksFirst: boolean

  /** Gives up when `channel` closes: whoever has a deadline aborts that. */
  secureChannel(channel: ByteChannel, options: SecureChannelOptions): Promise<SecuredChannel>
}

export interface ChannelMuxerInit {
  direction: MessageStreamDirection
  log: Logger

  /** What the windows of streams are taken from. Default: as much as the muxer's own options allow. */
  memory?: MemoryReserver | undefined
  streamOptions?: StreamOptions | undefined
}

/** A muxer that works on channels, and on message streams for js-libp2p. */
export interface ChannelMuxerFactory extends StreamMuxerFactory {
  createChannelMuxer(channel: ByteChannel, init: ChannelMuxerInit): StreamMuxer
}
