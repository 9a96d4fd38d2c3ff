const DOT = 46
const ZERO = 48

/**
 * Whether the text from `start` on is four decimal bytes with dots between.
 * Leading zeros are refused, as by go and the URL standard: some read them as octal.
 */
export function isIPv4 (text: string, start = 0): boolean {
  let at = start

  for (let byte = 0; byte < 4; byte++) {
    if (byte > 0 && text.charCodeAt(at++) !== DOT) {
      return false
    }

    const first = at
    let value = 0

    for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - ZERO) {
      value = value * 10 + digit

      if (value > 255) {
        return false
      }
    }

    if (at === first || (at - first > 1 && text.charCodeAt(first) === ZERO)) {
      return false
    }
  }

  return at === text.length
}

/**
 * Whether the text can name the zone of an IPv6 address: 1 to 64 printable ASCII
 * characters without `/`, which ends the value in a multiaddr, and `%`, which
 * sets it off from the address (RFC 4007 section 11).
 */
export function isIPv6Zone (text: string): boolean {
  return /^[!-$&-.0-~]{1,64}$/.test(text)
}
