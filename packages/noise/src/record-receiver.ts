import { release } from '@libp2p-ws/byte-channel'
import { TAG_LENGTH } from './sans-io/crypto.ts'
import { NoiseError } from './sans-io/errors.ts'
import { RecordReader } from './sans-io/records.ts'
import type { CipherState } from './sans-io/cipher-state.ts'
import type { ReadSide } from '@libp2p-ws/byte-channel'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** Turns the records that come in on `channel` into plaintext for `read`. */
export class RecordReceiver implements ByteChannelHandler {
  readonly #channel: ByteChannel
  readonly #cipher: CipherState
  readonly #read: ReadSide
  readonly #records = new RecordReader(TAG_LENGTH)

  constructor (channel: ByteChannel, cipher: CipherState, read: ReadSide) {
    this.#channel = channel
    this.#cipher = cipher
    this.#read = read
  }

  onData (piece: Uint8Array): true {
    try {
      this.#records.push(piece)

      for (let record = this.#records.next(); record !== undefined; record = this.#records.next()) {
        for (const plaintext of this.#cipher.decrypt(record)) {
          this.#read.deliver(plaintext) && release([plaintext])
        }

        release(this.#records.takeCopies())
      }

      this.#records.keep()
    } catch (err) {
      this.#channel.abort(err as Error)
    }

    return true
  }

  onDrain (): void {
    this.#read.drain()
  }

  onEnd (): void {
    if (this.#records.midway) {
      this.#channel.abort(new NoiseError('ERR_NOISE_LENGTH', 'the far end closed in the middle of a record'))
    } else {
      this.#read.end()
    }
  }

  onClose (error?: Error, code?: number): void {
    this.#read.close(error, code)
  }
}
