import { Pipe } from './pipe.ts'
import type { Budget, Path, PipeOptions } from './pipe.ts'
import type { Clock } from '@libp2p-ws/core'
import type { Uint8ArrayList } from 'uint8arraylist'

export interface WireHandler {
  onData(data: Uint8ArrayList): void
  onDrain(): void

  /** The far end has closed. */
  onEnd(): void

  /** The far end, or the network, has cut the connection. */
  onReset(): void

  /** Nothing gets through to the far end any more. */
  onTimeout(): void
}

/** One end of an established connection: a socket. */
export class WireEnd {
  readonly #incoming: Pipe
  readonly #outgoing: Pipe
  #gone = false

  /** Called once, when this end is closed, reset or timed out. */
  onGone: (() => void) | undefined

  constructor (incoming: Pipe, outgoing: Pipe) {
    this.#incoming = incoming
    this.#outgoing = outgoing
  }

  get gone (): boolean {
    return this.#gone
  }

  /** What has arrived by now is handed over at once. */
  attach (handler: WireHandler): void {
    this.#outgoing.writer = {
      onDrain: () => { handler.onDrain() },
      onTimeout: () => {
        this.#leave()
        handler.onTimeout()
      }
    }
    this.#incoming.reader = {
      onData: data => { handler.onData(data) },
      onEnd: () => {
        this.#leave()
        handler.onEnd()
      },
      onReset: () => {
        this.#leave()
        handler.onReset()
      }
    }
    this.#incoming.resume()
  }

  write (data: Uint8ArrayList): boolean {
    return this.#outgoing.write(data)
  }

  pause (): void {
    this.#incoming.pause()
  }

  resume (): void {
    this.#incoming.resume()
  }

  /** As `close(2)`: this end is done, the network still carries what was written. */
  close (): void {
    if (!this.#gone) {
      this.#outgoing.end()
      this.#incoming.stop()
      this.#forget()
    }
  }

  /** Drops what was not sent; the far end is told. */
  reset (): void {
    if (!this.#gone) {
      this.#outgoing.reset()
      this.#incoming.stop()
      this.#forget()
    }
  }

  /** As if a reset had come from the far end. */
  cut (): void {
    if (!this.#gone) {
      const { reader } = this.#incoming
      this.#leave()
      reader?.onReset()
    }
  }

  /** The far end is gone as well: nothing is to be carried either way. */
  #leave (): void {
    this.#incoming.stop()
    this.#outgoing.stop()
    this.#forget()
  }

  #forget (): void {
    if (!this.#gone) {
      this.#gone = true
      this.onGone?.()
    }
  }
}

export interface WireOptions extends PipeOptions {
  /** Bytes both ways together after which the network cuts the connection; Infinity for never. */
  cutAfter: number
}

/** An established connection between two hosts. */
export class Wire {
  readonly client: WireEnd
  readonly server: WireEnd

  /** For what travels ahead of the first byte. */
  readonly toServer: Pipe

  constructor (clock: Clock, out: Path, back: Path, options: WireOptions) {
    const budget: Budget = { bytes: options.cutAfter, onSpent: () => { this.cut() } }
    this.toServer = new Pipe(clock, out, options, budget)
    const toClient = new Pipe(clock, back, options, budget)
    this.client = new WireEnd(toClient, this.toServer)
    this.server = new WireEnd(this.toServer, toClient)
  }

  /** Resets both ends at once. */
  cut (): void {
    this.client.cut()
    this.server.cut()
  }
}
