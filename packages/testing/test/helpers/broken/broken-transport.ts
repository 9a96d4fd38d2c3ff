import type { Break } from './break.ts'
import type { TransportCapabilities } from '../../../src/index.ts'

/** A transport with one thing wrong, and the tests that say so. */
export interface BrokenTransport {
  fault: string
  caughtBy: string[]
  break: Break

  /** What it says of itself, wrongly. */
  claims?: Partial<TransportCapabilities>
}
