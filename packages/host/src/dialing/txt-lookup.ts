import type { AbortOptions } from '@libp2p/interface'
import type { DNS } from '@multiformats/dns'

/** The TXT records of a name, none where it has none. Rejects when they could not be had. */
export type TxtLookup = (name: string, options: AbortOptions) => Promise<string[]>

/** The number of TXT records (RFC 1035), which is not worth loading `RecordType` for. */
const TXT = 16

/** By way of a DNS that the application brings. */
export function lookupBy (dns: DNS): TxtLookup {
  return async (name, { signal }) => {
    try {
      const { Answer } = await dns.query(name, { types: [TXT], ...(signal == null ? {} : { signal }) })

      return Answer.map(({ data }) => data)
    } catch (err) {
      if (isNoAnswer(err)) {
        return []
      }

      throw err
    }
  }
}

/** Every DNS server answered, and none has records: no failure, just no addresses. */
function isNoAnswer (err: unknown): boolean {
  const { errors, name } = err as { name?: string, errors?: unknown }

  return name === 'DNSQueryFailedError' && Array.isArray(errors) && errors.length > 0 && errors.every(({ name }) => name === 'EmptyDNSAnswerError')
}
