import type { WebSocketTarget } from '../target.ts'

/** Why a browser would not open a WebSocket. */
export type UndialableReason = 'insecure-from-secure-page' | 'blocked-port' | 'ipv6-zone'

/** Fetch standard, section 2.9 "Port blocking" (https://fetch.spec.whatwg.org/#port-blocking). */
const BLOCKED_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79,
  87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137,
  139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
  548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
  6697, 10080
])

/**
 * Whether an attempt would be in vain. A browser does not say so: it fails like
 * a dead address, and writes to its console.
 *
 * @param target - what would be dialed
 * @param secure - the page or worker came over TLS
 */
export function undialableReason (target: WebSocketTarget, secure: boolean): UndialableReason | undefined {
  if (target.zone !== undefined) {
    return 'ipv6-zone'
  }

  if (BLOCKED_PORTS.has(target.port)) {
    return 'blocked-port'
  }

  return secure && !target.secure && !isLoopback(target.host) ? 'insecure-from-secure-page' : undefined
}

/** Secure Contexts, section 3.1: these are trustworthy without TLS. */
function isLoopback (host: string): boolean {
  return host === '::1' || /^127(\.\d+){3}$/.test(host) || /^(.+\.)?localhost\.?$/i.test(host)
}
