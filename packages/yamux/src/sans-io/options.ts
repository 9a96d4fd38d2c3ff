export interface YamuxOptions {
  /** Streams that the far end may have open. Default 1,000. */
  maxInboundStreams: number

  /** Streams that we may have open. Default 1,000. */
  maxOutboundStreams: number

  /** Bytes to which a stream's window grows when its reader keeps up. Default 4 MiB. */
  maxWindow: number

  /** Bytes that the windows of all streams may have grown by, together. Default 64 MiB. */
  maxWindowGrowth: number

  /** Bytes of payload in a frame. Default 65,507: with its header it fills one noise record. */
  maxFrame: number

  /** Bytes that may be waiting in a stream before its writer is told to wait. Default 256 KiB. */
  maxQueued: number

  /** Ms between two pings. Default 30,000; 0 for none. */
  keepAliveInterval: number

  /** Ms that the far end may take to answer a ping. Default 10,000. */
  keepAliveTimeout: number
}

export const DEFAULT_OPTIONS: YamuxOptions = {
  maxInboundStreams: 1_000,
  maxOutboundStreams: 1_000,
  maxWindow: 4 * 1024 * 1024,
  maxWindowGrowth: 64 * 1024 * 1024,
  maxFrame: 65_507,
  maxQueued: 256 * 1024,
  keepAliveInterval: 30_000,
  keepAliveTimeout: 10_000
}

/** Answers to pings and resets that may wait to be sent: a far end that asks faster than it reads is up to no good. */
export const MAX_CONTROL_FRAMES = 4_096

/** Window that every stream starts with (yamux spec, "Flow Control"). */
export const SPEC_INITIAL_WINDOW: number = 256 * 1024

/** Codes of a go-away frame (yamux spec, "Go Away"). */
export const GO_AWAY_NORMAL = 0
export const GO_AWAY_PROTOCOL_ERROR = 1
export const GO_AWAY_INTERNAL_ERROR = 2

/** Codes of a reset for a stream that was not taken (libp2p spec, error codes). */
export const STREAM_RESOURCE_LIMIT_EXCEEDED = 0x1002
export const STREAM_SHUTDOWN = 0x1007
