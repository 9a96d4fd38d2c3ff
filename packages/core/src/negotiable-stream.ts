import type { Stream } from '@libp2p/interface'

/** Reads what comes in on a stream before anybody else does. Nothing in it may throw. */
export interface StreamHeadReader {
  /**
   * Gets every piece in the order in which it came in, and owns it. Returns
   * undefined when it wants more; else what it took too much, perhaps empty, and
   * then is called no more. It may send, and may end the stream.
   */
  onData(piece: Uint8Array): Uint8Array | undefined

  /**
   * The stream came to an end before the head did: the far end will send no more
   * (`error` is undefined), or the stream was reset or aborted. Called once, before
   * the stream's own events say so, and nothing is called after it.
   */
  onEnd(error: Error | undefined): void
}

/**
 * A stream on which a protocol can be settled without events: multistream-select
 * writes and reads its head, and the stream's user sees only what comes behind it.
 */
export interface NegotiableStream extends Stream {
  /**
   * Puts `piece` before whatever is sent on the stream, and keeps it for a moment:
   * it goes out with the first `send` or `close`, in one write, and by itself where
   * none came in this turn of the event loop. Once, before anything was sent. The
   * piece must not change any more.
   */
  sendHead(piece: Uint8Array): void

  /**
   * From now on what comes in goes to `reader`, what waits at once and before this
   * returns. What it gives back, and all that comes behind, is the stream's, as if
   * nothing had been before it: it waits for a listener and for `resume`. A pause
   * of the stream's user does not stop the reader. What the reader took is counted
   * as read. Once, before the stream has a listener for `message`.
   */
  readHead(reader: StreamHeadReader): void
}
