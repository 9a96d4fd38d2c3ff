import { InvalidValueError } from '@libp2p-ws/core'
import type { SessionLimits } from './sans-io/index.ts'

/** What browsers may use. Sizes are in bytes, times in milliseconds. */
export interface RelayLimits extends SessionLimits {
  /** Browsers at a time. */
  maxSessions: number

  /** Browsers at a time from one IPv4 address or one IPv6 /64. */
  maxSessionsPerAddress: number

  /** Connections of one browser's peer, in and out. */
  maxConnections: number

  /** A WebSocket message from the browser. */
  maxMessageSize: number

  /** Waiting to be sent to a browser before its streams are paused. */
  sendHighWater: number

  /** Waiting to be sent to a browser, paused streams or not, before it is dropped. */
  maxSendBuffer: number
}

const KiB = 1024
const MiB = 1024 * KiB

/**
 * `pingInterval` and `pongTimeout` are those of zot/libp2p-websocket; the
 * others are ours. A frame is well below a message, so that one frame too
 * large costs its stream and not the session.
 */
export const DEFAULT_LIMITS: RelayLimits = {
  maxSessions: 1024,
  maxSessionsPerAddress: 128,
  maxConnections: 64,
  maxStreams: 256,
  maxListeners: 64,
  maxMessageSize: 2 * MiB,
  maxFrameSize: MiB,
  sendHighWater: MiB,
  maxSendBuffer: 32 * MiB,
  startTimeout: 30_000,
  idleTimeout: 600_000,
  stallTimeout: 60_000,
  pingInterval: 54_000,
  pongTimeout: 60_000
}

/** What a timer of Node can wait for; longer ones fire at once. */
const MAX_TIMEOUT = 2 ** 31 - 1

/**
 * The defaults with `limits` over them.
 *
 * @throws {InvalidValueError} for a name that is no limit, and for a value that
 * is not a whole number from 1 to 2147483647
 */
export function resolveLimits (limits: Partial<RelayLimits> = {}): RelayLimits {
  const resolved = { ...DEFAULT_LIMITS }

  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw new InvalidValueError('limits', name, `there is no limit "${name}"`)
    }

    if (value === undefined) {
      continue
    }

    if (!Number.isInteger(value) || value < 1 || value > MAX_TIMEOUT) {
      throw new InvalidValueError(`limits.${name}`, value, `limit ${name} must be a whole number from 1 to ${MAX_TIMEOUT}, not ${value}`)
    }

    resolved[name as keyof RelayLimits] = value
  }

  return resolved
}
