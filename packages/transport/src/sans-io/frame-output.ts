/** What a parser found, in order. */
export type FrameOutput =
  /** Of a message: bytes of what came in, unmasked. Of an empty message there is none. */
  | { type: 'payload', bytes: Uint8Array }

  /** A message is complete: text or binary. Only where the options ask for it. */
  | { type: 'end', opcode: number }

  /** The payload is to be sent back in a pong. */
  | { type: 'ping', payload: Uint8Array }
  | { type: 'pong', payload: Uint8Array }

  /** Nothing comes after it. `code` is 1005 where the frame has none. */
  | { type: 'close', code: number, reason: Uint8Array }

  /** RFC 6455 or a limit does not allow what came. Nothing comes after it. `code` is for the close frame. */
  | { type: 'violation', code: number, message: string }
