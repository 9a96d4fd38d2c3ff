import { once } from 'node:events'
import { AbstractMultiaddrConnection } from '@libp2p/utils'
import type { AbortOptions } from '@libp2p/interface'
import type { AbstractMultiaddrConnectionInit, SendResult } from '@libp2p/utils'
import type { Socket } from 'node:net'
import type { Uint8ArrayList } from 'uint8arraylist'

/** One connection: a socket behind the interface that upgraders know. */
export class UnixConnection extends AbstractMultiaddrConnection {
  readonly #socket: Socket

  constructor (socket: Socket, init: AbstractMultiaddrConnectionInit) {
    super(init)
    this.#socket = socket
    // bytes, as long as nobody sets an encoding
    socket.on('data', data => { this.onData(data as Uint8Array) })
    socket.on('drain', () => { this.safeDispatchEvent('drain') })
    socket.on('error', error => { this.abort(error) })
    socket.on('close', () => { this.onTransportClosed() })
  }

  sendData (data: Uint8ArrayList): SendResult {
    let canSendMore = true

    for (const piece of data) {
      canSendMore = this.#socket.write(piece)
    }

    return { sentBytes: data.byteLength, canSendMore }
  }

  async sendClose (options?: AbortOptions): Promise<void> {
    if (!this.#socket.closed) {
      // after what was written, and not before
      this.#socket.destroySoon()
      await once(this.#socket, 'close', options)
    }
  }

  sendReset (): void {
    this.#socket.destroy()
  }

  sendPause (): void {
    this.#socket.pause()
  }

  sendResume (): void {
    this.#socket.resume()
  }
}
