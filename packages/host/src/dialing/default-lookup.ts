import { dns } from '@multiformats/dns'
import { lookupBy } from './txt-lookup.ts'
import type { TxtLookup } from './txt-lookup.ts'

/** The system's DNS servers. */
export function defaultLookup (): TxtLookup {
  return lookupBy(dns())
}
