import { DEFAULT_CLOSE_TIMEOUT, DEFAULT_MAX_BUFFERED_AMOUNT, DEFAULT_MAX_PAYLOAD } from '../options.ts'
import { KeepAlive } from './keep-alive.ts'
import type { ConnectionOptions } from '../options.ts'

/** What all channels of one `webSockets()` call have in common. */
export interface ChannelSettings {
  /** Bytes that wait to be sent before writers are told to wait. */
  maxBufferedAmount: number

  /** Largest message taken, bytes. */
  maxPayload: number

  /** Milliseconds that `close` waits for the far end. */
  closeTimeout: number

  /** Undefined when it is switched off. */
  keepAlive: KeepAlive | undefined
}

export function channelSettings (options: ConnectionOptions): ChannelSettings {
  return {
    maxBufferedAmount: options.maxBufferedAmount ?? DEFAULT_MAX_BUFFERED_AMOUNT,
    maxPayload: options.maxPayload ?? DEFAULT_MAX_PAYLOAD,
    closeTimeout: options.closeTimeout ?? DEFAULT_CLOSE_TIMEOUT,
    keepAlive: options.keepAlive === false ? undefined : new KeepAlive(options.keepAlive)
  }
}

/** Milliseconds that the socket of a connection that is over has to get its last frame out. */
export const LINGER = 1_000

/** Bytes. Below this, a copy costs less than a piece of its own. */
export const SHORT_PIECE_BYTES = 1024
