/**
 * Puts `pieces` into messages of at most `limit` bytes. A piece that fills a
 * message goes out as it is; only pieces that have to share one are copied.
 *
 * @param pieces - in order; empty ones are left out
 * @param limit - bytes a message, 1 or more
 */
export function * toMessages (pieces: readonly Uint8Array[], limit: number): Generator<Uint8Array> {
  let shared: Uint8Array[] = []
  let sharedBytes = 0

  for (const piece of pieces) {
    let rest = piece

    while (sharedBytes + rest.byteLength > limit) {
      const head = rest.subarray(0, limit - sharedBytes)
      yield join([...shared, head], limit)
      rest = rest.subarray(head.byteLength)
      shared = []
      sharedBytes = 0
    }

    if (rest.byteLength > 0) {
      shared.push(rest)
      sharedBytes += rest.byteLength
    }
  }

  if (sharedBytes > 0) {
    yield join(shared, sharedBytes)
  }
}

function join (pieces: Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1 && pieces[0] !== undefined) {
    return pieces[0]
  }

  const message = new Uint8Array(length)
  let offset = 0

  for (const piece of pieces) {
    message.set(piece, offset)
    offset += piece.byteLength
  }

  return message
}
