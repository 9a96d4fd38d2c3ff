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
