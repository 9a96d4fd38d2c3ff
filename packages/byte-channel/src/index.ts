/**
 * What the layers of a connection pass bytes through, and the way between that
 * and the message streams of js-libp2p.
 */
export { channelOf, messageStreamOf } from './channel-of.ts'
export { ChannelStream } from './channel-stream.ts'
export { FaceReading } from './face-reading.ts'
export { ForwardingChannel } from './forwarding-channel.ts'
export { HandshakeReader } from './handshake-reader.ts'
export { isReleasable, release } from './memory.ts'
export { MessageStreamChannel } from './message-stream-channel.ts'
export { ReadSide } from './read-side.ts'
export { TappedChannel } from './tapped-channel.ts'
export type { ChannelStreamInit } from './channel-stream.ts'
export type { Face } from './face-reading.ts'
