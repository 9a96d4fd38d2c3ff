import { Uint8ArrayList } from 'uint8arraylist'
import { InOrder } from './in-order.ts'
import { retransmissionTimeout } from './link.ts'
import type { Link } from './link.ts'
import type { Clock, ClockTimer } from '@libp2p-ws/core'

/** What one call of the link carries at most: what a socket hands to an application in one read. */
const FLIGHT_SIZE = 65_536

/** Linux, tcp_retries2: after this many retransmissions in vain a connection has timed out. */
const MAX_RETRIES = 15

export interface PipeOptions {
  /** Bytes that may wait to be sent before the writer is told to stop. */
  sendBuffer: number

  /** Bytes on their way or unread at the far end before the sender has to wait. */
  window: number
}

/** What both pipes of a connection may still carry; at 0 the connection is cut. */
export interface Budget {
  bytes: number
  onSpent(): void
}

/** The way through the network. `blocked` while packets vanish on it. */
export interface Path {
  link: Link
  blocked(): boolean
}

export interface PipeReader {
  onData(data: Uint8ArrayList): void
  onEnd(): void
  onReset(): void
}

export interface PipeWriter {
  onDrain(): void

  /** Nothing gets through any more: TCP has given up. */
  onTimeout(): void
}

/**
 * One direction of a connection: a send buffer, a window of bytes under way, and
 * a receive buffer that is part of that window. A reader that pauses closes the
 * window, and the writer at the other side of the network is told to wait.
 */
export class Pipe {
  reader: PipeReader | undefined
  writer: PipeWriter | undefined

  readonly #clock: Clock
  readonly #path: Path
  readonly #options: PipeOptions
  readonly #budget: Budget
  readonly #arrivals: InOrder
  readonly #credits: InOrder
  readonly #unsent = new Uint8ArrayList()
  readonly #unread: Uint8ArrayList[] = []
  #underWay = 0
  #needsDrain = false
  #paused = false
  #stopped = false
  #end: 'open' | 'asked' | 'sent' | 'arrived' | 'read' = 'open'
  #retry: ClockTimer | undefined
  #retries = 0

  constructor (clock: Clock, path: Path, options: PipeOptions, budget: Budget) {
    this.#clock = clock
    this.#path = path
    this.#options = options
    this.#budget = budget
    this.#arrivals = new InOrder(clock)
    this.#credits = new InOrder(clock)
  }

  /** Takes a copy of `data`; false when the writer is to wait for `onDrain`. */
  write (data: Uint8ArrayList): boolean {
    if (this.#stopped || this.#end !== 'open') {
      return true
    }

    // a real network shares no memory between two hosts
    this.#unsent.append(data.slice())
    this.#pump()
    this.#needsDrain = this.#unsent.byteLength >= this.#options.sendBuffer

    return !this.#needsDrain
  }

  /** No more after what was written. */
  end (): void {
    if (this.#end === 'open') {
      this.#end = 'asked'
      this.#pump()
    }
  }

  /** Forgets what was not sent, and tells the reader so, if packets get through. */
  reset (): void {
    this.#unsent.consume(this.#unsent.byteLength)
    this.#end = 'sent'
    this.#retry?.cancel()

    // a RST is not sent again when it is lost (RFC 9293, section 3.10.7)
    if (!this.#stopped && !this.#path.blocked()) {
      this.#arrivals.add(this.#path.link.dataArrival(this.#clock.now(), 0), () => { this.reader?.onReset() })
    }
  }

  pause (): void {
    this.#paused = true
  }

  /** Also called once when a reader is there. */
  resume (): void {
    this.#paused = false
    this.#deliver()
  }

  /** Calls `action` when what was sent so far is there. */
  afterArrival (action: () => void): void {
    this.#arrivals.add(this.#path.link.dataArrival(this.#clock.now(), 0), action)
  }

  /** Nothing happens in this pipe any more. */
  stop (): void {
    this.#stopped = true
    this.#arrivals.clear()
    this.#credits.clear()
    this.#retry?.cancel()
    this.#unsent.consume(this.#unsent.byteLength)
    this.#unread.length = 0
  }

  #pump (): void {
    while (this.#mayPump()) {
      const bytes = Math.min(this.#unsent.byteLength, this.#options.window - this.#underWay, FLIGHT_SIZE)
      const end = this.#end === 'asked' && this.#unsent.byteLength === 0

      if (bytes <= 0 && !end) {
        return
      }

      if (this.#path.blocked()) {
        this.#retryLater()
        return
      }

      this.#retries = 0
      this.#send(bytes, end)
    }
  }

  #mayPump (): boolean {
    return !this.#stopped && this.#retry == null && (this.#end === 'open' || this.#end === 'asked')
  }

  #send (bytes: number, end: boolean): void {
    const arrival = this.#path.link.dataArrival(this.#clock.now(), bytes)

    if (end) {
      this.#end = 'sent'
      this.#arrivals.add(arrival, () => {
        this.#end = 'arrived'
        this.#deliver()
      })
      return
    }

    const flight = this.#unsent.sublist(0, bytes)
    this.#unsent.consume(bytes)
    this.#underWay += bytes
    this.#arrivals.add(arrival, () => { this.#arrive(flight) })
  }

  #retryLater (): void {
    if (this.#retries > MAX_RETRIES) {
      this.stop()
      this.writer?.onTimeout()
      return
    }

    this.#retry = this.#clock.setTimeout(() => {
      this.#retry = undefined
      this.#pump()
      this.#drain()
    }, retransmissionTimeout(this.#retries++))
  }

  #arrive (flight: Uint8ArrayList): void {
    const carried = Math.min(flight.byteLength, this.#budget.bytes)
    this.#budget.bytes -= carried
    this.#unread.push(carried < flight.byteLength ? flight.sublist(0, carried) : flight)
    this.#deliver()

    if (this.#budget.bytes === 0) {
      this.#budget.onSpent()
    }
  }

  #deliver (): void {
    while (!this.#paused && !this.#stopped && this.reader != null) {
      const flight = this.#unread.shift()

      if (flight == null) {
        break
      }

      this.#credits.add(this.#clock.now() + this.#path.link.latency, () => { this.#credit(flight.byteLength) })
      this.reader.onData(flight)
    }

    if (this.#end === 'arrived' && this.#unread.length === 0 && this.reader != null) {
      this.#end = 'read'
      this.reader.onEnd()
    }
  }

  #credit (bytes: number): void {
    this.#underWay -= bytes
    this.#pump()
    this.#drain()
  }

  #drain (): void {
    if (this.#needsDrain && !this.#stopped && this.#unsent.byteLength <= this.#options.sendBuffer / 2) {
      this.#needsDrain = false
      this.writer?.onDrain()
    }
  }
}
