import type { MessageStreamReadStatus, MessageStreamStatus } from '@libp2p/interface'
import type { ByteChannel } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

/**
 * Bytes that wait for a reader before the channel is paused. More than one read of a
 * socket (64 KiB in Node), far below the 4 MiB at which js-libp2p's streams give up.
 */
const HIGH_WATER_BYTES = 256 * 1024

/** A message stream as its reader and its far end see it. */
export interface Face {
  readonly status: MessageStreamStatus
  readonly readStatus: MessageStreamReadStatus
  readonly readBufferLength: number
}

/** Reads the channel of a message stream while somebody takes what comes, until the stream gives the channel away. */
export class FaceReading {
  readonly #channel: ByteChannel
  #reading = true
  #taken = false

  /** @param channel - resumed */
  constructor (channel: ByteChannel) {
    this.#channel = channel
  }

  get taken (): boolean {
    return this.#taken
  }

  /** To be called whenever one of them has changed. */
  regulate ({ status, readStatus, readBufferLength }: Face): void {
    // a channel that is not read never sees the far end's close
    const reading = status === 'closing' || (readStatus !== 'paused' && readBufferLength < HIGH_WATER_BYTES)

    if (this.#taken || reading === this.#reading) {
      return
    }

    this.#reading = reading
    reading ? this.#channel.resume() : this.#channel.pause()
  }

  /** Leaves the channel paused to its next reader, who gets first what nobody has taken of `buffer`. */
  giveAway (buffer: Uint8ArrayList): void {
    this.#taken = true
    this.#channel.pause()
    const unread = [...buffer.sublist()].reverse()
    buffer.consume(buffer.byteLength)
    unread.forEach(piece => { this.#channel.unread(piece) })
  }
}
