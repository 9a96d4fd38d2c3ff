import { ReadSide } from '@libp2p-ws/byte-channel'
import { RecordReceiver } from './record-receiver.ts'
import { TAG_LENGTH } from './sans-io/crypto.ts'
import { recordHeader, splitPlaintext } from './sans-io/records.ts'
import type { CipherState } from './sans-io/cipher-state.ts'
import type { HandshakeResult } from './sans-io/handshake.ts'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** The connection after the handshake: plaintext above, records below. */
export class NoiseChannel implements ByteChannel {
  readonly takesOwnership = false

  readonly #channel: ByteChannel
  readonly #cipher: CipherState
  readonly #read = new ReadSide()

  /** @param channel - paused */
  constructor (channel: ByteChannel, { send, receive }: Pick<HandshakeResult, 'send' | 'receive'>) {
    this.#channel = channel
    this.#cipher = send
    channel.handler = new RecordReceiver(channel, receive, this.#read)
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    const records: Uint8Array[] = []

    try {
      for (const { pieces: plaintext, length } of splitPlaintext(pieces)) {
        records.push(recordHeader(length + TAG_LENGTH), ...this.#cipher.encrypt(plaintext))
      }
    } catch (err) {
      this.abort(err as Error)
    }

    return this.#channel.write(records)
  }

  pause (): void {
    this.#read.pause()
    this.#channel.pause()
  }

  resume (): void {
    this.#read.resume()
    // the handler may have paused again
    this.#read.paused || this.#channel.resume()
  }

  unread (piece: Uint8Array): void {
    this.#read.unread(piece)
  }

  close (): void {
    this.#channel.close()
  }

  abort (error: Error, code?: number): void {
    this.#channel.abort(error, code)
  }
}
