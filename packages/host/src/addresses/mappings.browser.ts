import type { AddressTable } from './mappings.ts'
import type { NodeAddress } from '@libp2p/interface-internal'

/** A page has no sockets that listen, so that there is nothing to which a router or a name could map. */
export class Mappings {
  readonly tables: Record<string, AddressTable> = {}

  apply (own: NodeAddress[]): NodeAddress[] {
    return own
  }

  has (): boolean {
    return false
  }

  addDNS (): void {}

  removeDNS (): boolean {
    return false
  }

  addIP (): undefined {}

  removeIP (): boolean {
    return false
  }

  confirmObserved (): boolean {
    return false
  }
}
