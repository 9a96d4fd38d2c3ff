import { ResourceLimitError } from '@libp2p-ws/core'
import type { SessionLimits } from './session-io.ts'

/** What a browser is told: the limit and its value. */
export function limitReached (limits: SessionLimits, limit: keyof SessionLimits): string {
  return new ResourceLimitError(limit, limits[limit]).message
}
