import invalidVectors from './vectors/invalid.json' with { type: 'json' }
import validVectors from './vectors/valid.json' with { type: 'json' }
import type { WebSocketAddress } from '../src/index.ts'
import type { NetAddress } from '@libp2p-ws/core'

/** interop/go-peer/multiaddr_vectors_test.go reads the same files. */
export interface ValidVector {
  note: string
  string: string
  /** The string form that means the same and that we write. */
  normalized: string
  /** Hexadecimal, as the multiaddr spec and go have them. */
  bytes: string
  /** What @multiformats/multiaddr writes where it differs: a slash in front of the path. */
  jsBytes?: string
  address: WebSocketAddress
  url: string
  netAddress: NetAddress
}

export interface InvalidVector {
  note: string
  string: string
  /** `part` of the error. */
  part: string
}

export const valid = validVectors as ValidVector[]
export const invalid: InvalidVector[] = invalidVectors
