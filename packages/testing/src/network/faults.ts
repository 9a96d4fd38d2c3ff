import { InvalidValueError } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * What is wrong at an address:
 *
 * - `refuse`: a new connection is answered with a reset (nothing listens there)
 * - `drop`: every packet vanishes (a firewall); open connections fall silent too
 * - `stall`: a new connection is established, then nothing is ever read or written
 * - `cutAfter`: a new connection is reset at both ends once it has carried that many bytes
 */
export type Fault = 'refuse' | 'drop' | 'stall' | { cutAfter: number }

/** Ends a fault or a partition. Calling it again changes nothing. */
export interface Disturbance {
  heal(): void
}

interface Entry {
  /** With a slash at the end, so that /tcp/40 does not match /tcp/4001. */
  prefix: string
  fault: Fault
}

/** Which address has which fault. Of several that match, the one that came last counts. */
export class FaultTable {
  #entries: Entry[] = []

  /** For `address` and everything below it: /ip4/192.0.2.1 stands for all its ports. */
  add (address: string | Multiaddr, fault: Fault): Disturbance {
    if (typeof fault === 'object' && !(Number.isSafeInteger(fault.cutAfter) && fault.cutAfter > 0)) {
      throw new InvalidValueError('cutAfter', fault.cutAfter, `cutAfter must be a number of bytes above 0, got ${fault.cutAfter}`)
    }

    const entry = { prefix: `${address}/`, fault }
    this.#entries.push(entry)

    return {
      heal: () => {
        this.#entries = this.#entries.filter(other => other !== entry)
      }
    }
  }

  match (address: Multiaddr): Fault | undefined {
    if (this.#entries.length === 0) {
      return undefined
    }

    const text = `${address}/`

    return this.#entries.findLast(({ prefix }) => text.startsWith(prefix))?.fault
  }

  clear (): void {
    this.#entries = []
  }
}
