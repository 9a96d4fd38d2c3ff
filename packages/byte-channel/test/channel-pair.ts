import { ReadSide } from '../src/index.ts'
import type { ByteChannel, ByteChannelHandler } from '@libp2p-ws/core'

const HIGH_WATER_BYTES = 64 * 1024

export interface PairOptions {
  takesOwnership?: boolean
}

/** Two channels in memory, each the far end of the other. */
export function channelPair (options: PairOptions = {}): [PairedChannel, PairedChannel] {
  const left = new PairedChannel(options)
  const right = new PairedChannel(options)
  left.far = right
  right.far = left

  return [left, right]
}

export class PairedChannel implements ByteChannel {
  readonly takesOwnership: boolean
  far: PairedChannel | undefined
  readonly #read = new ReadSide()
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #closing = false

  constructor ({ takesOwnership = false }: PairOptions) {
    this.takesOwnership = takesOwnership
  }

  get handler (): ByteChannelHandler {
    return this.#read.handler
  }

  set handler (handler: ByteChannelHandler) {
    this.#read.handler = handler
  }

  write (pieces: readonly Uint8Array[]): boolean {
    return this.far?.receive(pieces.map(piece => {
      const copy = Uint8Array.from(piece)
      this.takesOwnership && piece.fill(0xdd)

      return copy
    })) ?? true
  }

  pause (): void {
    this.#read.pause()
  }

  resume (): void {
    this.#read.resume()

    while (!this.#read.paused && this.#waiting.length > 0) {
      this.#read.deliver(this.#waiting.shift() ?? new Uint8Array())
    }

    if (this.#waiting.length === 0 && this.#waitingBytes > 0) {
      this.#waitingBytes = 0
      this.far?.drained()
    }
  }

  unread (piece: Uint8Array): void {
    this.#read.unread(piece)
  }

  close (): void {
    this.#closing = true
    this.far?.ended()
    this.#closeIfBoth()
  }

  abort (error: Error, code?: number): void {
    this.#read.close(error, code)
    this.far?.aborted(error, code)
  }

  receive (pieces: Uint8Array[]): boolean {
    for (const piece of pieces) {
      if (this.#read.paused) {
        this.#waiting.push(piece)
        this.#waitingBytes += piece.byteLength
      } else {
        this.#read.deliver(piece)
      }
    }

    return this.#waitingBytes < HIGH_WATER_BYTES
  }

  drained (): void {
    this.#read.drain()
  }

  ended (): void {
    this.#read.end()
    this.#closeIfBoth()
  }

  aborted (error: Error, code?: number): void {
    this.#read.close(error, code)
  }

  get closing (): boolean {
    return this.#closing
  }

  #closeIfBoth (): void {
    if (this.#closing && this.far?.closing === true) {
      this.#read.close()
      this.far.aborted(undefined as any)
    }
  }
}

/** Writes down what it is told. */
export function recorder (): ByteChannelHandler & { seen: string[] } {
  const seen: string[] = []

  return {
    seen,
    onData: piece => { seen.push(`data ${new TextDecoder().decode(piece)}`) },
    onDrain: () => { seen.push('drain') },
    onEnd: () => { seen.push('end') },
    onClose: (error, code) => { seen.push(`close ${error?.message}${code === undefined ? '' : ` ${code}`}`) }
  }
}

export function text (value: string): Uint8Array {
  return new TextEncoder().encode(value)
}
