import { serializeClientMessage } from '../sans-io/client-codec.ts'
import { parseServerMessage } from '../sans-io/server-codec.ts'
import { RelayError } from './errors.ts'
import type { ClientMessage, ServerMessage } from '../sans-io/messages.ts'

/** Waiting to be sent before `drained` has one wait, in bytes. */
const HIGH_WATER = 1024 * 1024

/** A browser does not say when `bufferedAmount` falls, so it is looked at each so many milliseconds. */
const POLL_INTERVAL = 20

export interface RelaySocketHandler {
  onMessage(message: ServerMessage): void

  /** May be called twice; what the first call says holds. */
  onClose(error: RelayError): void
}

/** The WebSocket to the relay, speaking messages. */
export class RelaySocket {
  readonly #socket: WebSocket
  #failure: unknown

  constructor (url: string | URL, handler: RelaySocketHandler) {
    this.#socket = new WebSocket(url)
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onmessage = event => { this.#receive(event, handler) }

    const close = ({ code = 1006, reason = '' }: { code?: number, reason?: string }): void => {
      const why = reason === '' ? `code ${code}` : reason
      handler.onClose(new RelayError('ERR_CLOSED', `connection to relay ${url} closed: ${why}`, { cause: this.#failure }))
    }

    // Node 22 tells of a connection that could not be made by an error alone.
    this.#socket.onerror = () => { close({}) }
    this.#socket.onclose = close
  }

  send (message: ClientMessage): void {
    this.#socket.send(serializeClientMessage(message))
  }

  /** Settles when little enough waits to be sent, or nothing ever will be. */
  async drained (): Promise<void> {
    while (this.#socket.bufferedAmount > HIGH_WATER && this.#socket.readyState === WebSocket.OPEN) {
      await new Promise(resolve => { setTimeout(resolve, POLL_INTERVAL) })
    }
  }

  close (): void {
    this.#socket.close(1000)
  }

  /** After bytes that are no message nothing can be trusted. */
  #receive ({ data }: MessageEvent<ArrayBuffer>, { onMessage }: RelaySocketHandler): void {
    let message: ServerMessage

    try {
      message = parseServerMessage(new Uint8Array(data))
    } catch (err) {
      this.#failure = err
      this.#socket.close()
      return
    }

    onMessage(message)
  }
}
