import type { SkipReason } from './address-filter.ts'
import type { DialCandidateSource } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Somebody wants a connection to a peer. */
export interface DialRequest {
  /** Chosen by the caller; not used by any other request that is pending. */
  id: number

  /** Requests of one key join one dial. The peer's id, or what stands for a set of addresses. */
  key: string

  /** The peer's id; empty when it is not known. */
  peer: string

  /** Ms until the request fails. */
  timeout: number
  priority: number
  forceDirect: boolean
  allowLimited: boolean

  /** Set for a simultaneous connect: dial every address at once, as multistream-select's initiator or not. */
  initiator?: boolean

  /** Sources of candidates that the caller has of its own; each ends with a `handleLookupEnd`. */
  lookups: number

  /** Whether to ask for a `lookup` besides. */
  wantsLookup: boolean
}

/** An address for a dial that is running. */
export interface FoundAddress {
  address: Multiaddr

  /** The address without its peer id, as a string. */
  key: string
  source: DialCandidateSource

  /** Why the driver will not dial it. */
  skip?: SkipReason
}

/** What became of an attempt. */
export type DialUpdate =
  | { type: 'connected' | 'securing' | 'muxing' }
  | { type: 'succeeded', limited: boolean, direct: boolean }
  | { type: 'failed', error: Error }
