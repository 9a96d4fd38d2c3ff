/** What a session tells its driver, in order. */
export type YamuxOutput =
  /** The far end opened a stream. */
  | { type: 'opened', streamId: number }
  | { type: 'data', streamId: number, piece: Uint8Array }

  /** A writer that was told to wait may go on. */
  | { type: 'drain', streamId: number }

  /** Everything that was written to the stream so far has gone out. */
  | { type: 'idle', streamId: number }

  /** The end of our side has gone out. */
  | { type: 'sent', streamId: number }

  /** The far end will send no more on the stream. */
  | { type: 'ended', streamId: number }

  /** The far end gave the stream up; `code` of the libp2p spec, 0 where it gave none. */
  | { type: 'reset', streamId: number, code: number }

  /** Ms that the far end took to answer. */
  | { type: 'roundTrip', ms: number }

  /** The far end takes no new streams. */
  | { type: 'goAway', code: number }

  /** The far end did not answer a ping in time. */
  | { type: 'dead' }
