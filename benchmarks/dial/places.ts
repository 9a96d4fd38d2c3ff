/** Where the good peer listens: above all other ports, so that it is ranked last. */
export const GOOD_PORT = 40_000

/** Where another peer than the one that is dialed listens. */
export const WRONG_PEER_PORT = 39_000

/** The ports of dead addresses; nothing of them is ever seen. */
export const DEAD_PORT = 1_000

/** Closed ports on the listeners' machine, from this one on. */
export const REFUSED_PORT = 2_000

/** TLS with a certificate that nobody trusts. */
export const WRONG_CERTIFICATE_PORT = 39_100

/** They accept, and that is all. */
export const STALLED_PORTS = [3_001, 3_002, 3_003] as const

/** Resolves to the good peer's machine, late. */
export const SLOW_NAME = 'slow.dial.test'

/** Ms. */
export const SLOW_NAME_DELAY = 3_000

/** The name server does not answer for it. */
export const DEAD_NAME = 'dead.dial.test'
