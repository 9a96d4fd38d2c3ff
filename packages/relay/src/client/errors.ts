import { Libp2pWsError } from '@libp2p-ws/core'

/**
 * - `ERR_CLOSED`: the relay is gone, or cannot be reached
 * - `ERR_CONNECT_REFUSED`: no stream to that peer
 * - `ERR_LISTEN_REFUSED`: no listener for that protocol
 * - `ERR_STREAM_CLOSED`: the stream did not end as it should, or was written to after its end
 * - `ERR_PROTOCOL`: the relay says that a message of ours was wrong
 */
export type RelayErrorCode = 'ERR_CLOSED' | 'ERR_CONNECT_REFUSED' | 'ERR_LISTEN_REFUSED' | 'ERR_STREAM_CLOSED' | 'ERR_PROTOCOL'

/** What went wrong at the relay, in its words. */
export class RelayError extends Libp2pWsError {
  override readonly name = 'RelayError'
  readonly code: RelayErrorCode

  constructor (code: RelayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
