import type { Capability } from './capabilities.ts'
import type { TestBed } from './test-bed.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A connection below the transport: whatever bytes a stranger may send. */
export interface RawSocket {
  write(data: Uint8Array): void
  destroy(): void

  /** Resolves when the far end has closed, in whatever way. */
  closed: Promise<void>
}

/** Opens a connection to where a listener of the transport listens, without the transport. */
export type ConnectRaw = (address: Multiaddr) => Promise<RawSocket>

/** One test of the suite. */
export interface SuiteCase {
  name: string

  /** What the transport must be able to do for this test to make sense. */
  needs?: ReadonlyArray<Capability | 'connectRaw'>
  run(bed: TestBed): Promise<void>
}

export interface SuiteGroup {
  name: string
  cases: readonly SuiteCase[]
}
