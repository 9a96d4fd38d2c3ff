import type { Security } from '../contract.ts'
import type { Libp2p } from '@libp2p/interface'

export interface HostInit {
  security: Security

  /** Multiaddrs; none for a host that only dials. */
  listen: string[]
}

export type CreateHost = (init: HostInit) => Promise<Libp2p>

/**
 * What both TypeScript hosts are told: no limit that a benchmark would meet, and
 * nobody who pings connections while their memory is measured.
 */
export const COMMON_OPTIONS = {
  connectionManager: {
    maxConnections: 100_000,
    maxIncomingPendingConnections: 1_000,
    inboundConnectionThreshold: 1_000_000
  },
  connectionMonitor: { enabled: false }
} as const
