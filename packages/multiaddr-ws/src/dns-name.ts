/** Source: RFC 1035 section 2.3.4, in characters and without the dot at the end. */
const MAX_NAME_LENGTH = 253

/** Source: RFC 1035 section 2.3.4; underscores are in use, and hyphens in any place. */
const NAME = /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?$/i

/** Source: URL standard, "ends in a number checker": a host with such a last label is an IPv4 address or an error. */
const NUMBER = /^(?:[0-9]+|0x[0-9a-f]*)\.?$/i

/**
 * Why the text cannot be a host name or an SNI; undefined where it can. What is
 * accepted can stand in a URL and cannot be taken for an IP address there.
 */
export function dnsNameFault (text: string): string | undefined {
  if (text.length > MAX_NAME_LENGTH + 1 || !NAME.test(text) || (text.length > MAX_NAME_LENGTH && !text.endsWith('.'))) {
    return 'not a DNS name of letters, digits, hyphens and underscores (other letters are written in punycode, xn--…)'
  }

  if (endsInNumber(text)) {
    return 'a DNS name cannot end in a number; IP addresses are written with /ip4 or /ip6'
  }
}

function endsInNumber (name: string): boolean {
  // The dot that may end a name begins no label.
  const start = name.lastIndexOf('.', name.length - 2) + 1
  const first = name.charCodeAt(start)

  return first >= 48 && first <= 57 && NUMBER.test(name.slice(start))
}
