/** Entries taken from the front before the array is made shorter. */
const COMPACT_AT = 256

/** First in, first out, and back in at the front; nothing is joined or copied. */
export class PieceQueue {
  /** The first `#head` were taken. */
  #pieces: Array<Uint8Array | undefined> = []
  #head = 0
  #byteLength = 0

  get byteLength (): number {
    return this.#byteLength
  }

  push (piece: Uint8Array): void {
    if (piece.byteLength > 0) {
      this.#pieces.push(piece)
      this.#byteLength += piece.byteLength
    }
  }

  unshift (piece: Uint8Array): void {
    if (piece.byteLength === 0) {
      return
    }

    this.#byteLength += piece.byteLength

    if (this.#head > 0) {
      this.#pieces[--this.#head] = piece
    } else {
      this.#pieces.unshift(piece)
    }
  }

  shift (): Uint8Array | undefined {
    const piece = this.#pieces[this.#head]

    if (piece === undefined) {
      return undefined
    }

    this.#pieces[this.#head++] = undefined
    this.#byteLength -= piece.byteLength

    if (this.#head === this.#pieces.length) {
      this.#pieces.length = this.#head = 0
    } else if (this.#head === COMPACT_AT) {
      this.#pieces.splice(0, this.#head)
      this.#head = 0
    }

    return piece
  }

  /** Moves `bytes` bytes to the end of `target`, where there are that many. */
  move (bytes: number, target: Uint8Array[]): void {
    for (let left = bytes; left > 0;) {
      const piece = this.shift()

      if (piece === undefined) {
        return
      }

      if (piece.byteLength > left) {
        this.unshift(piece.subarray(left))
      }

      target.push(piece.byteLength > left ? piece.subarray(0, left) : piece)
      left -= piece.byteLength
    }
  }

  clear (): void {
    this.#pieces = []
    this.#head = 0
    this.#byteLength = 0
  }
}
