/**
 * Where a socket can be opened: what is left of a multiaddr once everything that
 * is not host and port is taken away.
 */
export interface NetAddress {
  /** An IPv4 or IPv6 literal without brackets and zone, or a DNS name. */
  host: string

  /** 0 to 65535. 0 asks the system for a free port when listening. */
  port: number

  /** 4 or 6 for an IP literal and for /dns4 and /dns6; absent where either will do (/dns). */
  family?: 4 | 6

  /** The IPv6 zone (RFC 4007), such as `eth0`; only with an IPv6 literal. */
  zone?: string
}
