import { ACK, SYN } from './frame.ts'
import { SPEC_INITIAL_WINDOW } from './options.ts'
import { PieceQueue } from './piece-queue.ts'

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
  sendWindow: number = SPEC_INITIAL_WINDOW

  /** Bytes that may still come in. */
  receiveWindow: number = SPEC_INITIAL_WINDOW

  /** What `receiveWindow` is filled up to. */
  targetWindow: number = SPEC_INITIAL_WINDOW

  /** Bytes that were read since the window was last filled up. */
  consumed = 0

  /** When the window was last filled up. */
  refilled: number

  readonly queue: PieceQueue = new PieceQueue()

  /** The writer was told to wait. */
  waiting = false
  localClosed = false
  finSent = false
  remoteClosed = false

  /** SYN or ACK, which goes with the first frame; 0 once it has gone. */
  greeting: number

  constructor (id: number, inbound: boolean, now: number) {
    this.id = id
    this.inbound = inbound
    this.refilled = now
    this.greeting = inbound ? ACK : SYN
  }

  /** Both directions are closed and the far end knows. */
  get done (): boolean {
    return this.finSent && this.remoteClosed
  }

  /** The end of our side is what is left to send. */
  get finDue (): boolean {
    return this.localClosed && !this.finSent && this.queue.byteLength === 0
  }

  /** Whether something of this stream can go out now. */
  get ready (): boolean {
    return (this.queue.byteLength > 0 && this.sendWindow > 0) || this.finDue
  }
}
