/**
 * Divides `pieces` into messages of at most `limit` bytes, as lists of pieces.
 * Copies nothing: a piece that is too long is cut.
 *
 * @param pieces - in order; empty ones are left out
 * @param limit - bytes a message, 1 or more
 */
export function toMessages (pieces: readonly Uint8Array[], limit: number): Uint8Array[][] {
  const messages: Uint8Array[][] = []
  let message: Uint8Array[] = []
  let room = limit

  for (const piece of pieces) {
    let rest = piece

    while (rest.byteLength > room) {
      if (room > 0) {
        message.push(rest.subarray(0, room))
        rest = rest.subarray(room)
      }

      messages.push(message)
      message = []
      room = limit
    }

    if (rest.byteLength > 0) {
      message.push(rest)
      room -= rest.byteLength
    }
  }

  if (message.length > 0) {
    messages.push(message)
  }

  return messages
}

/**
 * Joins neighbours that are shorter than `limit` bytes; leaves the others as they
 * are.
 */
export function joinShort (pieces: readonly Uint8Array[], limit: number): Uint8Array[] {
  const joined: Uint8Array[] = []
  let short: Uint8Array[] = []
  const flush = (): void => {
    if (short.length > 0) {
      joined.push(join(short))
      short = []
    }
  }

  for (const piece of pieces) {
    if (piece.byteLength < limit) {
      short.push(piece)
    } else {
      flush()
      joined.push(piece)
    }
  }

  flush()

  return joined
}

/** All pieces in one; the piece itself when there is only one. */
export function join (pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1 && pieces[0] !== undefined) {
    return pieces[0]
  }

  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0))
  let offset = 0

  for (const piece of pieces) {
    joined.set(piece, offset)
    offset += piece.byteLength
  }

  return joined
}
