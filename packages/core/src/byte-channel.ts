import type { MessageStream } from '@libp2p/interface'

/**
 * A duplex of bytes between two layers of one connection: socket, ws framing,
 * noise, yamux. Faster than a `MessageStream` because nothing is joined, listed
 * or dispatched on the way.
 *
 * A channel begins paused. Its reader sets `handler`, then calls `resume`; a
 * later reader pauses it, gives back by `unread` what it took too much, and the
 * next one sets its own `handler`.
 *
 * What `onData` hands over belongs to the reader. What is written must not change
 * any more, and where `takesOwnership` is true it belongs to the channel.
 */
export interface ByteChannel {
  /**
   * The channel may change the memory that it is given to write, as a WebSocket
   * client does that masks it, and may free it when it has gone out. Whoever writes
   * what others still hold copies first.
   */
  readonly takesOwnership: boolean

  /** Set by the one reader of this channel. Set after the channel has closed, it hears `onClose` in a microtask. */
  handler: ByteChannelHandler

  /**
   * Takes `pieces`, in order; after `close`, `abort` or `onClose` they are dropped.
   * Returns false when the channel would rather wait: everything was taken, and
   * `onDrain` is called once there is room.
   */
  write(pieces: readonly Uint8Array[]): boolean

  /** No further `onData` or `onEnd` until `resume`; what is under way below stays there. */
  pause(): void

  /** Delivers what came in meanwhile, then what comes. */
  resume(): void

  /** Gives `piece` back; it comes first after `resume`. Only while paused. */
  unread(piece: Uint8Array): void

  /** Ends the writing side after what was taken, then waits for the far end. */
  close(): void

  /** Ends both sides now, and tells the far end `code` where the layer can. */
  abort(error: Error, code?: number): void
}

export interface ByteChannelHandler {
  /**
   * Returns true when the reader has no more use for `piece`: its memory is the
   * channel's again, to be freed or reused. Else it stays the reader's.
   */
  onData(piece: Uint8Array): boolean | void
  onDrain(): void

  /** The far end will send no more. */
  onEnd(): void

  /**
   * Called once, after which nothing else is called. With an error at once, even
   * while paused, and what was not delivered is dropped; without one, when both
   * ends have closed, behind what came in.
   */
  onClose(error?: Error, code?: number): void
}

/**
 * A message stream of ours that is a face of a channel, and gives the channel away
 * to a layer that would rather have that.
 */
export interface ByteChannelSource extends MessageStream {
  /**
   * From then on the bytes are the caller's: the stream has no `message` or `drain`
   * event and takes nothing to send. Its `close` event, `close` and `abort` go on.
   * What came in and was not read comes first. May be called once.
   */
  takeChannel(): ByteChannel
}
