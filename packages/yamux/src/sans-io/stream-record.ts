import { ACK, FIN, SYN } from './frame.ts'

/** How many bytes `pieces` hold. */
export function lengthOf (pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
}

//             open()/SYN                    close()/FIN
//   (nothing) ──────────▶ writable+readable ──────────▶ readable only ─┐ FIN
//             SYN/accepted        │ FIN                                ▼
//                                 └────────▶ writable only ──close()──▶ gone
//   RST or reset() from anywhere: gone

/** What a session knows of one stream. */
export class StreamRecord {
  readonly id: number
  readonly inbound: boolean

  /** Bytes that may still be sent. */
  sendWindow: number

  /** Bytes that may still come in. */
  receiveWindow: number

  /** What `receiveWindow` is filled up to. */
  targetWindow: number

  /** Bytes that were read since the window was last filled up. */
  consumed = 0

  /** When the window was last filled up. */
  refilled: number

  readonly queue: Uint8Array[] = []
  queued = 0

  /** The writer was told to wait. */
  waiting = false
  localClosed = false
  finSent = false
  remoteClosed = false

  /** SYN or ACK goes with the first frame. */
  #greeting: number

  constructor (id: number, inbound: boolean, sendWindow: number, receiveWindow: number, now: number) {
    this.id = id
    this.inbound = inbound
    this.sendWindow = sendWindow
    this.receiveWindow = receiveWindow
    this.targetWindow = receiveWindow
    this.refilled = now
    this.#greeting = inbound ? ACK : SYN
  }

  get greeted (): boolean {
    return this.#greeting === 0
  }

  /** SYN or ACK once, then 0. */
  takeGreeting (): number {
    const greeting = this.#greeting
    this.#greeting = 0

    return greeting
  }

  /** Both directions are closed and the far end knows. */
  get done (): boolean {
    return this.finSent && this.remoteClosed
  }

  enqueue (pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      if (piece.byteLength > 0) {
        this.queue.push(piece)
        this.queued += piece.byteLength
      }
    }
  }

  /** Up to `most` bytes from the queue, in the pieces in which they are there. */
  dequeue (most: number): Uint8Array[] {
    const taken: Uint8Array[] = []
    let left = most

    while (left > 0) {
      const [first] = this.queue

      if (first == null) {
        break
      }

      if (first.byteLength > left) {
        taken.push(first.subarray(0, left))
        this.queue[0] = first.subarray(left)
        left = 0
      } else {
        taken.push(first)
        this.queue.shift()
        left -= first.byteLength
      }
    }

    this.queued -= most - left

    return taken
  }

  /** Whether something of this stream can go out now. */
  get ready (): boolean {
    return (this.queued > 0 && this.sendWindow > 0) || (this.queued === 0 && this.localClosed && !this.finSent)
  }

  /** The flag that closes our side, when all is sent. */
  takeFin (): number {
    if (this.queued > 0 || !this.localClosed || this.finSent) {
      return 0
    }

    this.finSent = true

    return FIN
  }
}
