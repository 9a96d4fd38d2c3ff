import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

/** The lowest layer: keeps what was written, and gives what the test lets come in. */
export class WireChannel implements ByteChannel {
  readonly takesOwnership: boolean
  readonly calls: string[] = []
  handler: ByteChannelHandler = new Recorder()
  full = false
  paused = true
  #written: Uint8Array[] = []
  #pending: Uint8Array[] = []

  constructor (takesOwnership = false) {
    this.takesOwnership = takesOwnership
  }

  /** Everything since it was asked last. */
  written (): Buffer {
    return Buffer.concat(this.#written.splice(0))
  }

  receive (piece: Uint8Array): void {
    this.#pending.push(piece)
    this.paused || this.resume()
  }

  write (pieces: readonly Uint8Array[]): boolean {
    this.#written.push(...pieces.map(piece => Uint8Array.from(piece)))
    this.takesOwnership && pieces.forEach(piece => piece.fill(0xdd))

    return !this.full
  }

  pause (): void {
    this.paused = true
  }

  resume (): void {
    this.paused = false

    while (!this.paused) {
      const piece = this.#pending.shift()

      if (piece === undefined) {
        return
      }

      // a reader that says so has no use for it afterwards
      const given = Uint8Array.from(piece)
      this.handler.onData(given) === true && given.fill(0xdd)
    }
  }

  unread (piece: Uint8Array): void {
    this.#pending.unshift(piece)
  }

  close (): void {
    this.calls.push('close')
  }

  abort (error: Error, code?: number): void {
    this.calls.push(`abort ${error.message} ${code}`)
    this.handler.onClose(error, code)
  }
}

/** Writes down what it is told. */
export class Recorder implements ByteChannelHandler {
  readonly events: string[] = []
  readonly errors: Error[] = []
  onPiece: () => void = () => {}
  bytes: Buffer = Buffer.alloc(0)

  onData (piece: Uint8Array): boolean | void {
    this.bytes = Buffer.concat([this.bytes, piece])
    this.onPiece()
  }

  onDrain (): void {
    this.events.push('drain')
  }

  onEnd (): void {
    this.events.push('end')
  }

  onClose (error?: Error, code?: number): void {
    this.events.push(`close ${error?.message} ${code}`)
    error !== undefined && this.errors.push(error)
  }
}
