/**
 * The address ranges that go-multiaddr's `net/private.go` tells apart, so that
 * ranking, timeouts and black holes see the same addresses as go-libp2p.
 */
export type AddressScope = 'private' | 'public' | 'unroutable'

/** An address as 16-bit words: two for IPv4, eight for IPv6. */
type Words = number[]

interface Range {
  words: Words
  bits: number
}

const PRIVATE_4 = ranges('127.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16')
const PRIVATE_6 = ranges('::1/128', 'fc00::/7', 'fe80::/10')
const UNROUTABLE_4 = ranges('0.0.0.0/8', '192.0.0.0/26', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4')
const DOCUMENTATION_6 = ranges('2001:db8::/32')
const GLOBAL_UNICAST_6 = ranges('2000::/3')

// RFC 6052 and RFC 8215: an IPv4 address behind a translator
const NAT64 = ranges('64:ff9b::/96', '64:ff9b:1::/48')
const LINK_LOCAL_6 = ranges('fe80::/10')
const MAPPED_4 = ranges('::ffff:0:0/96')

// RFC 6761, RFC 8375, RFC 6762
const PRIVATE_NAMES = ['.localhost']
const UNROUTABLE_NAMES = ['.in-addr.arpa', '.ip6.arpa', '.invalid', '.home.arpa', '.local', '.test']

/** `ip` is an IPv4 or IPv6 literal as multiaddr writes it. */
export function ipScope (ip: string): AddressScope {
  const words = parse(ip)

  if (words.length === 2 || within(words, MAPPED_4)) {
    return scope4(words.slice(-2))
  }

  if (within(words, PRIVATE_6)) {
    return 'private'
  }

  const isGlobal = within(words, GLOBAL_UNICAST_6) && !within(words, DOCUMENTATION_6)

  return isGlobal || within(words, NAT64) ? 'public' : 'unroutable'
}

/** A DNS name is public unless it is reserved for other uses. */
export function nameScope (name: string): AddressScope {
  const isBelow = (suffix: string): boolean => name.endsWith(suffix) || name === suffix.slice(1)

  if (PRIVATE_NAMES.some(isBelow)) {
    return 'private'
  }

  return UNROUTABLE_NAMES.some(isBelow) ? 'unroutable' : 'public'
}

export function isLinkLocal6 (ip: string): boolean {
  return ip.includes(':') && within(parse(ip), LINK_LOCAL_6)
}

/** 0.0.0.0 or ::, in any notation. */
export function isUnspecified (ip: string): boolean {
  return /^[0.:]+$/.test(ip)
}

function scope4 (words: Words): AddressScope {
  if (within(words, PRIVATE_4)) {
    return 'private'
  }

  return within(words, UNROUTABLE_4) ? 'unroutable' : 'public'
}

function ranges (...cidrs: string[]): Range[] {
  return cidrs.map(cidr => {
    const [ip = '', bits = ''] = cidr.split('/')

    return { words: parse(ip), bits: Number(bits) }
  })
}

function within (words: Words, list: Range[]): boolean {
  return list.some(range => range.words.length === words.length && range.words.every((word, i) => {
    const shift = 16 - Math.min(16, Math.max(0, range.bits - 16 * i))

    return word >> shift === (words[i] ?? 0) >> shift
  }))
}

function parse (ip: string): Words {
  return ip.includes(':') ? parse6(ip) : parse4(ip)
}

function parse4 (ip: string): Words {
  const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number)

  return [a << 8 | b, c << 8 | d]
}

function parse6 (ip: string): Words {
  const [head = '', tail] = ip.split('::')
  const front = groups(head)

  if (tail === undefined) {
    return front
  }

  const back = groups(tail)

  return [...front, ...new Array<number>(Math.max(0, 8 - front.length - back.length)).fill(0), ...back]
}

function groups (part: string): Words {
  return part === '' ? [] : part.split(':').flatMap(group => group.includes('.') ? parse4(group) : [parseInt(group, 16)])
}
