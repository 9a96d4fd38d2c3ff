/** Where a candidate address came from. */
export type DialCandidateSource = 'caller' | 'peer-store' | 'dns' | 'peer-routing'

/** How far a dial to one address has come. */
export type DialPhase =
  | 'waiting' // ranked, its delay has not passed
  | 'queued' // its delay has passed, a limit holds it
  | 'connecting' // handed to the transport
  | 'connected' // the TCP handshake is done
  | 'securing'
  | 'muxing'
  | 'succeeded'
  | 'failed'
  | 'skipped'
  | 'canceled' // another address won, or nobody wants the peer any more

/** One record for each candidate address of one dial. All times are ms since the dial began. */
export interface DialTraceRecord {
  address: string
  source: DialCandidateSource

  /** When the candidate became known. */
  known: number

  /** Place in the ranking, 0 is first. Absent when skipped. */
  rank?: number

  /** The ranker's delay, ms. Absent when skipped. */
  delay?: number

  /** Why it was never dialed, such as `backoff` or `no transport`. */
  skipped?: string

  phase: DialPhase
  started?: number
  ended?: number

  /** Each phase with the time it was entered. */
  phases: Array<{ phase: DialPhase, at: number }>

  /** What ended it. `code` is that of the root cause, such as ECONNREFUSED. */
  error?: { name: string, code?: string, message: string }
}

/** What one dial did. Plain data: it can be sent, logged and drawn. */
export interface DialTrace {
  peer: string

  /** Wall clock at the start of the dial, ms since the epoch. */
  startedAt: number

  /** Ms since the start; absent while the dial is running. */
  ended?: number
  outcome?: 'connected' | 'failed' | 'canceled'
  records: DialTraceRecord[]
}
