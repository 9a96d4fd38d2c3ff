import { BINARY, CLOSE, MAX_HEADER_LENGTH, PING, PONG, writeHeader } from './frame.ts'
import { applyMask } from './mask.ts'
import { toMessages } from './messages.ts'

/** Headers and short pieces are written into memory of this size, one after the other. */
const SLAB_BYTES = 16 * 1024

export interface FrameWriterOptions {
  /** Masks for a client, RFC 6455 section 5.3: 32 bits each, that nobody can foresee. None for a server. */
  nextMask?: (() => number) | undefined

  /** The most that goes into one frame, bytes. */
  maxFrameBytes: number

  /** A shorter piece is copied, to go out together with its neighbours. At most 8,192 bytes. */
  shortBytes: number
}

/**
 * Turns payload into WebSocket frames, RFC 6455 section 5. Long pieces are passed on
 * as they are, behind the header, and a client masks them in place. It keeps
 * nothing between two calls, so that many connections can share it.
 */
export class FrameWriter {
  readonly #nextMask: (() => number) | undefined
  readonly #maxFrameBytes: number
  readonly #shortBytes: number
  #slab = new Uint8Array(SLAB_BYTES)

  /** Of what was written into the slab and not given out. */
  #start = 0
  #end = 0

  constructor ({ nextMask, maxFrameBytes, shortBytes }: FrameWriterOptions) {
    this.#nextMask = nextMask
    this.#maxFrameBytes = maxFrameBytes
    this.#shortBytes = shortBytes
  }

  /** Binary messages with the bytes of `pieces`, as pieces to be sent in order: none for no bytes. */
  encode (pieces: readonly Uint8Array[]): Uint8Array[] {
    const output: Uint8Array[] = []

    for (const message of toMessages(pieces, this.#maxFrameBytes)) {
      this.#write(BINARY, message, output)
    }

    this.#flush(output)

    return output
  }

  /** One frame, whatever its length. */
  frame (opcode: number, pieces: readonly Uint8Array[]): Uint8Array[] {
    const output: Uint8Array[] = []
    this.#write(opcode, pieces.filter(({ byteLength }) => byteLength > 0), output)
    this.#flush(output)

    return output
  }

  /** @param payload - up to 125 bytes */
  ping (payload: Uint8Array = new Uint8Array()): Uint8Array[] {
    return this.frame(PING, [payload])
  }

  /** @param payload - of the ping that it answers */
  pong (payload: Uint8Array): Uint8Array[] {
    return this.frame(PONG, [payload])
  }

  /**
   * @param code - undefined for a frame without one
   * @param reason - UTF-8, up to 123 bytes
   */
  close (code?: number, reason: Uint8Array = new Uint8Array()): Uint8Array[] {
    return this.frame(CLOSE, [code === undefined ? reason : Uint8Array.of(code >>> 8, code, ...reason)])
  }

  #write (opcode: number, pieces: readonly Uint8Array[], output: Uint8Array[]): void {
    const length = pieces.reduce((length, piece) => length + piece.byteLength, 0)
    const mask = this.#nextMask?.()
    this.#reserve(MAX_HEADER_LENGTH, output)
    this.#end += writeHeader(this.#slab, this.#end, { opcode, length, mask })
    let phase = 0

    for (const piece of pieces) {
      const payload = piece.byteLength < this.#shortBytes ? this.#copy(piece, output) : piece

      if (payload === piece) {
        this.#flush(output)
        output.push(piece)
      }

      if (mask !== undefined) {
        applyMask(payload, mask, phase)
      }

      phase += piece.byteLength
    }
  }

  #copy (piece: Uint8Array, output: Uint8Array[]): Uint8Array {
    this.#reserve(piece.byteLength, output)
    const copy = new Uint8Array(this.#slab.buffer, this.#end, piece.byteLength)
    copy.set(piece)
    this.#end += piece.byteLength

    return copy
  }

  #reserve (bytes: number, output: Uint8Array[]): void {
    if (this.#end + bytes > SLAB_BYTES) {
      this.#flush(output)
      this.#slab = new Uint8Array(SLAB_BYTES)
      this.#start = 0
      this.#end = 0
    }
  }

  #flush (output: Uint8Array[]): void {
    if (this.#end > this.#start) {
      output.push(new Uint8Array(this.#slab.buffer, this.#start, this.#end - this.#start))
      this.#start = this.#end
    }
  }
}
