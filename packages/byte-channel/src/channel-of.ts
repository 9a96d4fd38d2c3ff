import { ChannelStream } from './channel-stream.ts'
import { MessageStreamChannel } from './message-stream-channel.ts'
import type { ChannelStreamInit } from './channel-stream.ts'
import type { MessageStream } from '@libp2p/interface'
import type { ByteChannel, ByteChannelSource } from '@libp2p-ws/core'

/**
 * The channel below `stream`, where it is one of ours, else one over it. Nothing
 * else may read or write the stream from then on.
 */
export function channelOf (stream: MessageStream): ByteChannel {
  return isSource(stream) ? stream.takeChannel() : new MessageStreamChannel(stream)
}

/** The way back, for a layer that knows no channels. */
export function messageStreamOf (channel: ByteChannel, init: ChannelStreamInit): MessageStream {
  return channel instanceof MessageStreamChannel ? channel.release() : new ChannelStream(channel, init)
}

function isSource (stream: MessageStream): stream is ByteChannelSource {
  return 'takeChannel' in stream
}
