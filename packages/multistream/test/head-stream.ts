import { AbstractStream } from '@libp2p/utils'
import type { SendResult } from '@libp2p/utils'
import type { NegotiableStream, StreamHeadReader } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

const log: any = Object.assign(() => {}, { trace () {}, error () {}, enabled: false, newScope: () => log })

/** A stream of no muxer: the test is its far end. */
export class HeadStream extends AbstractStream implements NegotiableStream {
  readonly sent: Uint8Array[] = []
  #head: Uint8Array | undefined
  #reader: StreamHeadReader | undefined

  constructor () {
    super({ id: '1', log, direction: 'outbound' })
  }

  receive (piece: Uint8Array): void {
    const rest = this.#reader === undefined ? piece : this.#reader.onData(piece)

    if (rest !== undefined) {
      this.#reader = undefined
      this.onData(rest)
    }
  }

  sendHead (piece: Uint8Array): void {
    this.#head = piece
  }

  readHead (reader: StreamHeadReader): void {
    this.#reader = reader
  }

  override onRemoteCloseWrite (): void {
    this.#reader?.onEnd(undefined)
    super.onRemoteCloseWrite()
  }

  override sendData (data: Uint8ArrayList): SendResult {
    this.sent.push(...this.#head === undefined ? [] : [this.#head], ...data)
    this.#head = undefined

    return { sentBytes: data.byteLength, canSendMore: true }
  }

  override sendReset (): void {}
  override async sendCloseWrite (): Promise<void> {}
  override async sendCloseRead (): Promise<void> {}
  override sendPause (): void {}
  override sendResume (): void {}
}
