import { ResourceLimitError } from '@libp2p-ws/core'
import { ByteQueue } from './byte-queue.ts'
import { concat } from './wire.ts'

/** FRAMES=1: each message goes as a u32, big-endian, with its length, and the message. */
const HEADER_LENGTH = 4

export function encodeFrame (data: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(HEADER_LENGTH)
  new DataView(header.buffer).setUint32(0, data.length)

  return concat([header, data])
}

/**
 * Cuts a byte stream into frames. What it holds is bounded by twice the frame
 * that is being received and the piece that came last.
 */
export class FrameDecoder {
  readonly #maxFrameSize: number
  readonly #queue = new ByteQueue()

  /** Of the frame that is being received; undefined while its header is. */
  #frameLength: number | undefined

  constructor (maxFrameSize: number) {
    this.#maxFrameSize = maxFrameSize
  }

  handleData (piece: Uint8Array): void {
    this.#queue.push(piece)
  }

  /**
   * The next whole frame, which may be empty.
   *
   * @throws {ResourceLimitError} when its header says more than `maxFrameSize`
   */
  pollFrame (): Uint8Array | undefined {
    this.#frameLength ??= this.#readHeader()

    if (this.#frameLength === undefined || this.#queue.length < this.#frameLength) {
      return undefined
    }

    const frame = this.#queue.take(this.#frameLength)
    this.#frameLength = undefined

    return frame
  }

  /** The stream may end here: no frame is cut in two. */
  get isBetweenFrames (): boolean {
    return this.#queue.length === 0 && this.#frameLength === undefined
  }

  #readHeader (): number | undefined {
    if (this.#queue.length < HEADER_LENGTH) {
      return undefined
    }

    const header = this.#queue.take(HEADER_LENGTH)
    const length = new DataView(header.buffer, header.byteOffset).getUint32(0)

    if (length > this.#maxFrameSize) {
      throw new ResourceLimitError('maxFrameSize', this.#maxFrameSize)
    }

    return length
  }
}
