import type { BlackHoleDetector } from './black-hole-detector.ts'
import type { DialBackoff } from './dial-backoff.ts'
import type { DialLimiterInit } from './dial-limiter.ts'
import type { DialRanker } from '@libp2p-ws/core'

/** Times are in milliseconds. */
export interface DialSchedulerInit extends DialLimiterInit {
  /** Orders the addresses of a peer. Default `defaultDialRanker`. */
  ranker?: DialRanker

  /** For one address, from the socket to the usable connection. Default 15,000. */
  dialTimeout?: number

  /** As `dialTimeout`, for private addresses; the lower of both counts. Default 5,000. */
  dialTimeoutLocal?: number

  /** An attempt without news for this long gives its slot to an address never tried. Default 1,000; Infinity: never, as go-libp2p. */
  silence?: number

  /** As `silence`, towards an address that was tried before. Default 4,000. */
  longSilence?: number

  /** Addresses that are looked at in one dial. Default 100. */
  maxAddresses?: number

  /** Rounds over the addresses of a peer: those that failed are dialed again when all have. Default 1. */
  dialAttempts?: number

  /** Default: go-libp2p's times. */
  backoff?: DialBackoff

  /** Default: UDP and IPv6, as go-libp2p. */
  blackHoles?: BlackHoleDetector

  /** Ms since the Unix epoch when `now` was 0, for `DialTrace.startedAt`. Default 0. */
  epoch?: number
}
