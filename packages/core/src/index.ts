/**
 * Interfaces, errors and events that the packages of libp2p-ws share. Types
 * build on `@libp2p/interface`, so an object of ours is accepted wherever
 * js-libp2p wants that interface, and the other way round.
 */
export type { ByteChannel, ByteChannelHandler, ByteChannelSource } from './byte-channel.ts'
export type { ChannelEncrypter, ChannelMuxerFactory, ChannelMuxerInit, SecureChannelOptions, SecuredChannel } from './channel-layers.ts'
export type { Clock, ClockTimer } from './clock.ts'
export type { ConnectionInterceptor, PeerConnectionGater } from './connection-gater.ts'
export type { DialCandidateSource, DialPhase, DialTrace, DialTraceRecord } from './dial-trace.ts'
export type { AddressDelay, CandidatesOptions, ConnectOptions, Dialer, DialerComponents, DialCandidate, DialPeerOptions, DialRanker, PeerBackoff } from './dialer.ts'
export { CONNECTION_ERROR_CODES, connectionErrorCode, STREAM_ERROR_CODES, streamErrorCode } from './error-codes.ts'
export { ClosedError, InvalidValueError, Libp2pWsError, ResourceLimitError } from './errors.ts'
export { releaseMessage } from './message-memory.ts'
export type { ReleasableMessage } from './message-memory.ts'
export { LeanEventTarget } from './lean-event-target.ts'
export type { NegotiableStream, StreamHeadReader } from './negotiable-stream.ts'
export type { NetAddress } from './net-address.ts'
export type { LimitPatience, MemoryReserver, ResourceManager, ResourceReservation, ResourceScope } from './resource-manager.ts'
export type { Connectedness, Notifiee, Swarm } from './swarm.ts'
