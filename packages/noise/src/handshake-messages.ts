import { HandshakeReader } from '@libp2p-ws/byte-channel'
import { KEY_LENGTH } from './sans-io/crypto.ts'
import { RecordReader, recordHeader } from './sans-io/records.ts'
import { concat } from './sans-io/symmetric-state.ts'
import type { ByteChannel } from '@libp2p-ws/core'

/** Messages of the handshake on a channel: they have the frame of records. */
export class HandshakeMessages {
  readonly #channel: ByteChannel
  readonly #reader: HandshakeReader
  readonly #messages = new RecordReader(KEY_LENGTH)

  constructor (channel: ByteChannel) {
    this.#channel = channel
    this.#reader = new HandshakeReader(channel)
  }

  /**
   * @throws {NoiseError} `ERR_NOISE_LENGTH`
   * @throws {Error} what the channel ended with
   */
  async read (): Promise<Uint8Array> {
    let message = this.#messages.next()

    while (message === undefined) {
      this.#messages.push(await this.#reader.read())
      message = this.#messages.next()
    }

    const [only, ...others] = message

    return only !== undefined && others.length === 0 ? only : concat(message)
  }

  write (message: Uint8Array): void {
    sendMessage(this.#channel, message)
  }

  /** The channel is the next reader's. */
  release (): void {
    this.#reader.release(this.#messages.rest())
  }
}

/** Where there is a preamble it goes out first, in the same write. */
export function sendMessage (channel: ByteChannel, message: Uint8Array, preamble?: Uint8Array): void {
  const pieces = [recordHeader(message.byteLength), message]

  channel.write(preamble === undefined ? pieces : [preamble, ...pieces])
}
