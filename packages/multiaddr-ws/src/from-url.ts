import { multiaddr } from '@multiformats/multiaddr'
import { checkAddress } from './check-address.ts'
import { WebSocketAddressError } from './errors.ts'
import { format } from './format.ts'
import { defaultPort } from './web-socket-address.ts'
import type { Multiaddr } from '@multiformats/multiaddr'

/** `http` and `https` mean `ws` and `wss`. Source: WebSockets standard, "get a URL". */
const SECURE_BY_SCHEME: ReadonlyMap<string, boolean> = new Map([['ws', false], ['wss', true], ['http', false], ['https', true]])

const SCHEME = /^([a-z][a-z0-9+.-]*):/i

/** Authority, path, and query or fragment. Source: RFC 3986 appendix B. */
const HIERARCHY = /^\/\/([^/?#]+)([^?#]*)(.*)$/

/** The URL standard drops most of these in silence and reads a backslash as a slash. */
// eslint-disable-next-line no-control-regex
const NOT_KEPT = /[\u0000-\u0020\u007f\\]/

/** An IPv6 address with a zone, which the URL standard refuses. Source: RFC 6874 section 2. */
const ZONED_HOST = /^\[([^\]%]+)%25([^\]]+)\](:[0-9]*)?$/

const CREDENTIALS = /^([a-z][a-z0-9+.-]*:[/\\]*)?[^/?#]*@/i

/**
 * The multiaddr of a WebSocket URL: `/ip4`, `/ip6` or `/dns`, then `/tcp` with the
 * port even where it is the default, then `/ws` or `/tls/ws`, and `/http-path` where
 * the path is not `/`. The URL is read as browsers read it (`ws://127.1` is
 * 127.0.0.1, dot segments are resolved), and an IPv6 zone as in RFC 6874.
 *
 * @param url - with the scheme `ws`, `wss`, `http` or `https`
 * @throws {WebSocketAddressError} for any other scheme, and for what a multiaddr
 * has no place for: a query, a fragment, credentials (these are cut from the error)
 */
export function fromUrl (url: string | URL): Multiaddr {
  const text = url instanceof URL ? url.href : url

  if (typeof text !== 'string') {
    throw new WebSocketAddressError('url', url, '', 'expected a URL or a string')
  }

  // Passwords do not belong in logs, which is where messages end.
  const value = text.replace(CREDENTIALS, '$1…@')
  const refuse: Refuse = (part, reason) => {
    throw new WebSocketAddressError('url', value, part, reason)
  }

  const { secure, authority, zone, path } = split(text, refuse)
  const parsed = URL.parse(`${secure ? 'wss' : 'ws'}://${authority}${path}`) ?? refuse(authority, 'not a host with or without a port')

  return multiaddr(format(checkAddress({
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? defaultPort(secure) : Number(parsed.port),
    path: parsed.pathname,
    secure,
    ...(zone === undefined ? {} : { zone })
  }, 'url', value)))
}

type Refuse = (part: string, reason: string) => never

interface UrlParts {
  secure: boolean
  /** Host and port, without the zone. */
  authority: string
  zone: string | undefined
  path: string
}

function split (text: string, refuse: Refuse): UrlParts {
  const notKept = NOT_KEPT.exec(text)

  if (notKept !== null) {
    refuse(notKept[0], 'a URL has no spaces, control characters and backslashes')
  }

  const [schemePart = '', scheme = ''] = SCHEME.exec(text) ?? []
  const secure = SECURE_BY_SCHEME.get(scheme.toLowerCase()) ?? refuse(schemePart, 'expected the scheme ws, wss, http or https')
  const [, authority = '', path = '', extra = ''] = HIERARCHY.exec(text.slice(schemePart.length)) ?? refuse('', 'expected a host after //')

  if (authority.includes('@')) {
    refuse('…@', 'a multiaddr has no place for credentials')
  }

  if (extra !== '') {
    refuse(extra, `a multiaddr has no place for a ${extra.startsWith('?') ? 'query' : 'fragment'}`)
  }

  const zoned = ZONED_HOST.exec(authority)

  return zoned === null
    ? { secure, authority, zone: undefined, path }
    : { secure, authority: `[${zoned[1] ?? ''}]${zoned[3] ?? ''}`, zone: unescapeZone(zoned[2] ?? '', refuse), path }
}

function unescapeZone (text: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return refuse(`%25${text}`, 'not a percent-encoded IPv6 zone')
  }
}
