/**
 * A duplex of bytes between two layers of one connection: socket, ws framing,
 * noise, yamux. Faster than a `MessageStream` because nothing is joined, listed
 * or dispatched on the way.
 *
 * Memory has one owner: `write` hands the pieces over to the channel, `onData`
 * hands them over to the reader. Whoever gave a piece away must not touch it
 * again, since a layer below may encrypt or mask it in place.
 */
export interface ByteChannel {
  /**
   * Takes `pieces`, in order. Returns false when the channel would rather wait:
   * everything was taken, and `onDrain` is called once there is room.
   */
  write(pieces: readonly Uint8Array[]): boolean

  /** No further `onData` until `resume`; what is under way below stays there. */
  pause(): void
  resume(): void

  /** Ends the writing side after what was taken, then waits for the far end. */
  close(): void

  /** Ends both sides now, and tells the far end `code` where the layer can. */
  abort(error: Error, code?: number): void

  /** Set by the one reader of this channel. */
  handler: ByteChannelHandler
}

export interface ByteChannelHandler {
  onData(piece: Uint8Array): void
  onDrain(): void

  /** The far end will send no more. */
  onEnd(): void

  /** Called once, after which nothing else is called. */
  onClose(error?: Error, code?: number): void
}
