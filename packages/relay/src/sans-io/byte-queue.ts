/**
 * Bytes in, views of them out. A piece that arrives when nothing waits is kept
 * as it is; one that has to join others is copied, into room that doubles, so
 * that a frame sent byte by byte costs no more than its length.
 */
export class ByteQueue {
  #buffer: Uint8Array = new Uint8Array(0)
  #start = 0
  #end = 0

  get length (): number {
    return this.#end - this.#start
  }

  /** The piece must not be changed by the caller afterwards. */
  push (piece: Uint8Array): void {
    if (this.length === 0) {
      this.#buffer = piece
      this.#start = 0
      this.#end = piece.length
      return
    }

    const needed = this.length + piece.length

    if (this.#end + piece.length > this.#buffer.length) {
      // Always new room: views of the old one have been given away.
      const grown = new Uint8Array(needed * 2)
      grown.set(this.#buffer.subarray(this.#start, this.#end))
      this.#end = this.length
      this.#start = 0
      this.#buffer = grown
    }

    this.#buffer.set(piece, this.#end)
    this.#end += piece.length
  }

  /** The first `length` bytes, of which there must be that many. */
  take (length: number): Uint8Array {
    const bytes = this.#buffer.subarray(this.#start, this.#start + length)
    this.#start += length

    return bytes
  }
}
