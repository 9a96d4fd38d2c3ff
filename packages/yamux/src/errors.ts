import { StreamResetError } from '@libp2p/interface'
import { Libp2pWsError } from '@libp2p-ws/core'

/** The far end opened streams faster than anybody listens for them. */
export class MaxEarlyStreamsError extends Libp2pWsError {
  override readonly name = 'MaxEarlyStreamsError'
  readonly code = 'ERR_MAX_EARLY_STREAMS'
}

/** The far end did not answer a ping within `keepAliveTimeout`. */
export class PingTimeoutError extends Libp2pWsError {
  override readonly name = 'PingTimeoutError'
  readonly code = 'ERR_PING_TIMEOUT'
}

/** The stream ended while somebody waited for room to write. */
export class StreamClosedError extends Libp2pWsError {
  override readonly name = 'StreamClosedError'
  readonly code = 'ERR_STREAM_CLOSED'
}

/** The far end gave the stream up. js-libp2p's error, and what the far end said of the reason. */
export class RemoteResetError extends StreamResetError {
  override readonly name = 'StreamResetError'
  readonly code = 'ERR_STREAM_RESET'

  /** One of core's `STREAM_ERROR_CODES`, or of the protocol's own; 0 where it gave none. */
  readonly remoteCode: number

  constructor (remoteCode: number) {
    super(`the far end reset the stream, code 0x${remoteCode.toString(16)}`)
    this.remoteCode = remoteCode
  }
}

/** The far end ended the session, and not in the course of closing it. */
export class GoAwayError extends Libp2pWsError {
  override readonly name = 'GoAwayError'
  readonly code = 'ERR_GO_AWAY'

  /** One of core's `CONNECTION_ERROR_CODES`, or of yamux: 1 protocol error, 2 internal error. */
  readonly remoteCode: number

  constructor (remoteCode: number) {
    super(`the far end went away, code 0x${remoteCode.toString(16)}`)
    this.remoteCode = remoteCode
  }
}
