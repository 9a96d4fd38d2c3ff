import { AbstractMessageStream } from '@libp2p/utils'
import { Uint8ArrayList } from 'uint8arraylist'
import { TAG_LENGTH } from './sans-io/crypto.ts'
import { MAX_PLAINTEXT, RecordReader, recordHeader } from './sans-io/records.ts'
import type { HandshakeResult } from './sans-io/handshake.ts'
import type { AbortOptions, MessageStream } from '@libp2p/interface'
import type { SendResult } from '@libp2p/utils'

/** The connection after the handshake: plaintext in and out, records below. */
export class SecureChannel extends AbstractMessageStream {
  readonly #connection: MessageStream
  readonly #keys: HandshakeResult
  readonly #reader = new RecordReader(TAG_LENGTH)

  constructor (connection: MessageStream, keys: HandshakeResult) {
    super({
      log: connection.log.newScope('noise'),
      direction: connection.direction,
      inactivityTimeout: connection.inactivityTimeout,
      maxReadBufferLength: connection.maxReadBufferLength
    })
    this.#connection = connection
    this.#keys = keys

    connection.addEventListener('message', event => { this.#onRecordBytes(event.data) })
    connection.addEventListener('drain', () => { this.safeDispatchEvent('drain') })
    connection.addEventListener('remoteCloseWrite', () => { this.onRemoteCloseWrite() }, { once: true })
    connection.addEventListener('close', event => {
      if (event.error == null) {
        this.onTransportClosed()
      } else {
        this.abort(event.error)
      }
    }, { once: true })
  }

  override sendData (data: Uint8ArrayList): SendResult {
    const records = new Uint8ArrayList()

    for (let offset = 0; offset < data.byteLength; offset += MAX_PLAINTEXT) {
      const end = Math.min(offset + MAX_PLAINTEXT, data.byteLength)
      records.appendAll([recordHeader(end - offset + TAG_LENGTH), ...this.#keys.send.encrypt([...data.sublist(offset, end)])])
    }

    return { sentBytes: data.byteLength, canSendMore: this.#connection.send(records) }
  }

  override sendReset (err: Error): void {
    this.#connection.abort(err)
  }

  override sendPause (): void {
    this.#connection.pause()
  }

  override sendResume (): void {
    this.#connection.resume()
  }

  override async close (options?: AbortOptions): Promise<void> {
    this.writeStatus = 'closing'
    await this.#connection.close(options)
    this.writeStatus = 'closed'
  }

  #onRecordBytes (data: Uint8Array | Uint8ArrayList): void {
    try {
      for (const piece of data instanceof Uint8Array ? [data] : data) {
        for (const record of this.#reader.read(piece)) {
          const plain = new Uint8ArrayList(...this.#keys.receive.decrypt(record))
          plain.byteLength > 0 && this.onData(plain)
        }
      }
    } catch (err) {
      this.abort(err instanceof Error ? err : new Error(String(err)))
    }
  }
}
