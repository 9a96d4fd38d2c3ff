import { ReadSide } from '@libp2p-ws/byte-channel'
import { TAG_LENGTH } from './sans-io/crypto.ts'
import { NoiseError } from './sans-io/errors.ts'
import { RecordReader, recordHeader, splitPlaintext } from './sans-io/records.ts'
import type { HandshakeResult } from './sans-io/handshake.ts'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** Shows who still holds memory that is no longer theirs: ciphertext is overwritten once it is decrypted. */
const POISON: boolean = globalThis.process?.env?.LIBP2P_WS_POISON === '1'

/** The connection after the handshake: plaintext above, records below. */
export class NoiseChannel implements ByteChannel {
  readonly writesInPlace = false

  readonly #channel: ByteChannel
  readonly #keys: HandshakeResult
  readonly #records = new RecordReader(TAG_LENGTH)
  readonly #read = new ReadSide()

  /** @param channel - paused */
  constructor (channel: ByteChannel, keys: HandshakeResult) {
    this.#channel = channel
    this.#keys = keys
    channel.handler = {
      onData: piece => { this.#onData(piece) },
      onDrain: () => { this.#read.drain() },
      onEnd: () => { this.#onEnd() },
      onClose: (error, code) => { this.#read.close(error, code) }
    }
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
        records.push(recordHeader(length + TAG_LENGTH), ...this.#keys.send.encrypt(plaintext))
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

  #onData (piece: Uint8Array): void {
    try {
      this.#records.push(piece)

      for (let record = this.#records.next(); record !== undefined; record = this.#records.next()) {
        for (const plaintext of this.#decrypt(record)) {
          this.#read.deliver(plaintext)
        }
      }
    } catch (err) {
      this.abort(err as Error)
    }
  }

  #decrypt (record: Uint8Array[]): Uint8Array[] {
    const plaintext = this.#keys.receive.decrypt(record)
    POISON && record.forEach(piece => piece.fill(0xdd))

    return plaintext
  }

  #onEnd (): void {
    if (this.#records.midway) {
      this.abort(new NoiseError('ERR_NOISE_LENGTH', 'the far end closed in the middle of a record'))
    } else {
      this.#read.end()
    }
  }
}
