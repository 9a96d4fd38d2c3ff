/**
 * Every number the dialer works by, in one table. Times are in milliseconds.
 * `go` is go-libp2p's `p2p/net/swarm`, `seed 003` the documentation of
 * go-libp2p-swarm 0.3.0, whose constants carry the same names.
 */

// --- ranking (go: dial_ranker.go)

/** Wait before the next public TCP dial: one round trip, RFC 8305 section 8. go: PublicTCPDelay. */
export const PUBLIC_TCP_DELAY = 250

/** go: PrivateTCPDelay. */
export const PRIVATE_TCP_DELAY = 30

/** go: PublicQUICDelay. */
export const PUBLIC_QUIC_DELAY = 250

/** go: PrivateQUICDelay. */
export const PRIVATE_QUIC_DELAY = 30

/** Relayed addresses wait this long where there is a public direct one. go: RelayDelay. */
export const RELAY_DELAY = 500

/** Transports that are neither QUIC nor TCP, after the last of those. go: PublicOtherDelay. */
export const PUBLIC_OTHER_DELAY = 1_000

/** go: PrivateOtherDelay. */
export const PRIVATE_OTHER_DELAY = 100

// --- limits

/** Dials in flight that hold a file descriptor. Seed 003: ConcurrentFdDials. */
export const CONCURRENT_FD_DIALS = 160

/** Dials in flight to one peer. Seed 003: DefaultPerPeerRateLimit. */
export const DEFAULT_PER_PEER_RATE_LIMIT = 8

/** Rounds over the addresses of a peer that one dial makes. Seed 003: DialAttempts, "down to one, as we have too many dials". */
export const DIAL_ATTEMPTS = 1

/** Addresses of one peer that a dial looks at, resolved names included. go: maximumResolvedAddresses. */
export const MAX_ADDRESSES = 100

/** How often a /dnsaddr may lead to another. go: maximumDNSADDRRecursion. */
export const MAX_DNSADDR_DEPTH = 4

/** Priority of a request that gives none; higher goes first. js-libp2p: DEFAULT_DIAL_PRIORITY. */
export const DEFAULT_DIAL_PRIORITY = 50

/** Causes that a `DialError` lists; the rest are counted in `skipped`. go: maxDialDialErrors. */
export const MAX_DIAL_ERRORS = 16

// --- timeouts

/** One address, from the socket to the usable connection. go: defaultDialTimeout. */
export const DIAL_TIMEOUT = 15_000

/** As `DIAL_TIMEOUT`, for private addresses. Seed 003: DialTimeoutLocal. */
export const DIAL_TIMEOUT_LOCAL = 5_000

/** One request, all addresses. go: network.DialPeerTimeout. */
export const DIAL_PEER_TIMEOUT = 60_000

// --- giving a slot away; go-libp2p has no such rule and waits for DIAL_TIMEOUT

/** An attempt without news for this long gives its slot to an address never tried. */
export const SILENCE = 1_000

/**
 * An attempt without news for this long gives its slot, once, to an address that
 * was tried before. Past the SYN retransmissions at 1 s and 3 s (RFC 6298).
 */
export const LONG_SILENCE = 4_000

/** Once connected in t ms, news may take this many times t before it counts as silence. */
export const HANDSHAKE_PATIENCE = 3

/** Wait before asking again after the system had no socket or memory to give. */
export const SHORTAGE_RETRY_DELAY = 250

// --- backoff

/** First wait before an address that failed is dialed again. Seed 003: BackoffBase. */
export const BACKOFF_BASE = 5_000

/** Times the square of the earlier failures. Seed 003: BackoffCoef. */
export const BACKOFF_COEF = 1_000

/** Longest wait. Seed 003: BackoffMax. */
export const BACKOFF_MAX = 300_000

// --- black holes (go: defaults.go, black_hole_detector.go)

/** Dials that are looked at, and every how many requests a blocked class is probed. */
export const BLACK_HOLE_WINDOW = 100

/** Successes among them below which the class counts as a black hole. */
export const BLACK_HOLE_MIN_SUCCESSES = 5

// --- what is remembered between dials

/** Peers whose working addresses are kept in memory. */
export const HISTORY_PEERS = 1_000

/** Addresses kept for each of them. */
export const HISTORY_ADDRESSES = 16
