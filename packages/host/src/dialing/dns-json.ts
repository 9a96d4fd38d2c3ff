import { DNSLookupError } from '../errors.ts'
import type { TxtLookup } from './txt-lookup.ts'

/** Names of which the records are kept. */
const MAX_NAMES = 1000

/** Seconds that a record without a time to live is kept (the value of `@multiformats/dns`). */
const DEFAULT_TTL = 60

/** An answer in the JSON of [DNS over HTTPS servers](https://developers.google.com/speed/public-dns/docs/doh/json). */
interface Answer {
  data: string
  TTL?: number
}

interface Known {
  texts: string[]

  /** Ms since the epoch. */
  expires: number
}

/**
 * Asks `servers` in random order until one has records, and keeps those for as
 * long as they live. What `@multiformats/dns` does in a browser, for TXT records,
 * in a tenth of its size.
 *
 * The lookup rejects with {@link DNSLookupError} when there are no records and not every server answered.
 */
export function lookupOverHttps (servers: string[]): TxtLookup {
  const known = new Map<string, Known>()

  return async (name, { signal }) => {
    const kept = known.get(name)

    if (kept != null && kept.expires > Date.now()) {
      return kept.texts
    }

    const failures: unknown[] = []

    for (const server of shuffled(servers)) {
      signal?.throwIfAborted()

      try {
        const answers = await query(server, name, signal)

        if (answers.length > 0) {
          return keep(known, name, answers)
        }
      } catch (err) {
        failures.push(err)
      }
    }

    if (failures.length > 0) {
      throw new DNSLookupError(name, failures)
    }

    return []
  }
}

async function query (server: string, name: string, signal: AbortSignal | undefined): Promise<Answer[]> {
  const response = await fetch(`${server}?${new URLSearchParams({ name, type: 'TXT' })}`, {
    headers: { accept: 'application/dns-json' },
    ...(signal == null ? {} : { signal })
  })

  if (!response.ok) {
    throw new Error(`${server} answered ${response.status} ${response.statusText}`)
  }

  const { Answer: answers = [] } = await response.json()

  return answers.filter(({ data }: Partial<Answer>) => typeof data === 'string')
}

function keep (known: Map<string, Known>, name: string, answers: Answer[]): string[] {
  const texts = answers.map(({ data }) => data)
  const ttl = Math.min(...answers.map(({ TTL = DEFAULT_TTL }) => TTL))
  known.delete(name)
  known.set(name, { texts, expires: Date.now() + ttl * 1000 })

  // a Map keeps the order of insertion: the first one is the oldest
  for (const oldest of known.keys()) {
    if (known.size <= MAX_NAMES) {
      break
    }

    known.delete(oldest)
  }

  return texts
}

function shuffled (servers: string[]): string[] {
  return servers.map(server => ({ server, place: Math.random() })).sort((a, b) => a.place - b.place).map(({ server }) => server)
}
