import { expect } from 'aegir/chai'
import * as constants from '../../src/sans-io/constants.ts'

describe('constants', () => {
  it('are those of seed 003, go-libp2p and js-libp2p, and ours beside', () => {
    expect({ ...constants }).to.deep.equal({
      // seed 003
      CONCURRENT_FD_DIALS: 160,
      DEFAULT_PER_PEER_RATE_LIMIT: 8,
      DIAL_ATTEMPTS: 1,
      BACKOFF_BASE: 5_000,
      BACKOFF_COEF: 1_000,
      BACKOFF_MAX: 5 * 60_000,
      DIAL_TIMEOUT_LOCAL: 5_000,

      // go-libp2p
      DIAL_TIMEOUT: 15_000,
      DIAL_PEER_TIMEOUT: 60_000,
      PUBLIC_TCP_DELAY: 250,
      PRIVATE_TCP_DELAY: 30,
      PUBLIC_QUIC_DELAY: 250,
      PRIVATE_QUIC_DELAY: 30,
      RELAY_DELAY: 500,
      PUBLIC_OTHER_DELAY: 1_000,
      PRIVATE_OTHER_DELAY: 100,
      MAX_ADDRESSES: 100,
      MAX_DNSADDR_DEPTH: 4,
      MAX_DIAL_ERRORS: 16,
      BLACK_HOLE_WINDOW: 100,
      BLACK_HOLE_MIN_SUCCESSES: 5,

      // js-libp2p
      DEFAULT_DIAL_PRIORITY: 50,

      // ours
      SILENCE: 1_000,
      LONG_SILENCE: 4_000,
      HANDSHAKE_PATIENCE: 3,
      SHORTAGE_RETRY_DELAY: 250,
      HISTORY_PEERS: 1_000,
      HISTORY_ADDRESSES: 16
    })
  })
})
