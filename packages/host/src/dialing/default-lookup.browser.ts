import { lookupOverHttps } from './dns-json.ts'
import type { TxtLookup } from './txt-lookup.ts'

/** Those that `@multiformats/dns` asks in browsers. */
const SERVERS = ['https://cloudflare-dns.com/dns-query', 'https://dns.google/resolve']

/** A page has no DNS: public servers answer over HTTPS. */
export function defaultLookup (): TxtLookup {
  return lookupOverHttps(SERVERS)
}
