// What a peer of the matrix understands and prints. Each one is a program:
//
//     PEER listen --security noise --security tls
//     PEER dial MULTIADDR --security noise --test echo --size 1048576 --timeout 30s
//     PEER dial-batches --security noise
//
// `listen` prints a `Listening` line, serves the test protocols and ends when
// its standard input closes. `dial` prints a `DialReport` and exits with 0 only
// if all went well; with `--listen MULTIADDR`, which the Python one has not, it
// does what `listen` does as well: first the line, and in the end it waits for the
// end of its standard input. `dial-batches` is for benchmarks: it answers each line with
// a `DialBatch` by a line with a `DialBatchReport`, until its standard input
// closes. Diagnostics go to standard error.

export const SECURITY = ['noise', 'tls'] as const
export type Security = typeof SECURITY[number]

export const TESTS = ['ping', 'echo', 'half-close', 'reset', 'conn-state'] as const
export type TestName = typeof TESTS[number]

/** Protocol ids as `ConnState` of go-libp2p and `Connection` of js-libp2p give them. */
export const SECURITY_PROTOCOL: Record<Security, string> = {
  noise: '/noise',
  tls: '/tls/1.0.0'
}

export const MUXER_PROTOCOL = '/yamux/1.0.0'

/** The test protocols, the same in every peer. */
export const PROTOCOL = {
  /** Sends back what it gets until the remote closes its side, then closes. */
  echo: '/echo/1.0.0',

  /**
   * Reads until the remote closes its side and only then answers, with the 32
   * bytes of the SHA-256 of what it read.
   */
  halfClose: '/half-close/1.0.0',

  /** Resets the stream when it has read one byte. */
  reset: '/reset/1.0.0',

  /** Writes the `ConnReport` of this side, as JSON. */
  connState: '/conn-state/1.0.0'
} as const

/** The line that `listen` prints once it accepts connections. */
export interface Listening {
  peerId: string

  /** Multiaddrs that end in /p2p. */
  addrs: string[]
}

/** What one side negotiated for a connection. */
export interface ConnReport {
  remotePeer: string
  remoteAddr: string
  security: string
  muxer: string
  transport: string

  /** The muxer was settled in the security handshake; null if this side cannot tell. */
  earlyMuxer: boolean | null
}

export interface TestReport {
  name: TestName
  ok: boolean
  error?: string

  /** Milliseconds. */
  ms: number

  /** What the other side said, in the conn-state test. */
  remote?: ConnReport
}

/** What `dial` prints. */
export interface DialReport {
  ok: boolean
  error?: string

  /** Milliseconds until the connection was usable. */
  dialMs: number
  connection?: ConnReport
  tests: TestReport[]
}

/** A line of input of `dial-batches`: peers to dial all at once. An empty batch only ends the connections of the one before. */
export interface DialBatch {
  targets: DialTarget[]

  /** For each dial. */
  timeoutMs: number

  /** By the host of the batch before, with what it learned and without its connections. Default: by a new host. */
  sameHost?: boolean

  /** A new host leaves addresses alone that have just failed; go-libp2p always does. Default false. */
  backoff?: boolean
}

export interface DialTarget {
  peerId: string

  /** Multiaddrs without /p2p, in the order in which the dialer is told them. */
  addrs: string[]
}

/** The answer of `dial-batches` to one batch. */
export interface DialBatchReport {
  /** Milliseconds until the last dial had ended. */
  ms: number

  /** In the order of the targets. */
  outcomes: DialOutcome[]
}

export interface DialOutcome {
  ok: boolean
  ms: number
  error?: string
}
