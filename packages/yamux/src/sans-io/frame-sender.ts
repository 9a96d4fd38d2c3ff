import { YamuxProtocolError } from './errors.ts'
import { DATA, encodeHeader, FIN, HEADER_LENGTH, PING, SYN, WINDOW_UPDATE } from './frame.ts'
import { MAX_CONTROL_FRAMES } from './options.ts'
import type { FrameHeader } from './frame.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { YamuxOptions } from './options.ts'
import type { YamuxOutput } from './outputs.ts'
import type { StreamRecord } from './stream-record.ts'
import type { StreamTable } from './stream-table.ts'

export interface FrameSenderContext {
  options: YamuxOptions
  streams: StreamTable
  keepAlive: KeepAlive
  outputs: YamuxOutput[]

  /** Called when a stream has nothing left to do. */
  remove(record: StreamRecord): void
}

/** What goes out, and in which order: control frames first, then a frame of each stream in its turn. */
export class FrameSender {
  readonly #context: FrameSenderContext
  #control: Uint8Array[] = []

  constructor (context: FrameSenderContext) {
    this.#context = context
  }

  /** A frame without payload, ahead of all data. */
  pushControl (header: FrameHeader): void {
    this.#control.push(encodeHeader(header))
  }

  /** As `pushControl`, with SYN or ACK of a stream that has said nothing yet. */
  pushStreamControl (record: StreamRecord, flags: number, length: number): void {
    this.pushControl({ type: WINDOW_UPDATE, flags: takeGreeting(record) | flags, streamId: record.id, length })
  }

  /**
   * For what the far end can make us send as often as it likes.
   *
   * @throws {YamuxProtocolError} when too many wait
   */
  answer (header: FrameHeader): void {
    if (this.#control.length >= MAX_CONTROL_FRAMES) {
      throw new YamuxProtocolError(`${MAX_CONTROL_FRAMES} answers wait to be sent: the far end asks but does not read`)
    }

    this.pushControl(header)
  }

  /** Lets go what waited for more to go with it. */
  flushHeld (): void {
    for (const record of this.#context.streams.takeHeld()) {
      if (record.ready) {
        this.#context.streams.schedule(record)
      } else if (record.greeting !== 0) {
        this.pushStreamControl(record, 0, 0)
      }
    }
  }

  /** Frames of at most `most` bytes together, but at least one where there is one; empty when there is nothing to send. */
  pollTransmit (most: number, now: number): Uint8Array[] {
    const { options, streams } = this.#context
    const pieces = this.#control
    this.#control = []
    let bytes = pieces.length * HEADER_LENGTH

    do {
      const record = streams.next()

      if (record === undefined) {
        break
      }

      // then to the end of the line: every stream gets a frame before one gets its second
      bytes += this.#transmitFrame(record, pieces, now)
      streams.schedule(record)
    } while (bytes + HEADER_LENGTH + options.maxFrame <= most)

    return pieces
  }

  #transmitFrame (record: StreamRecord, pieces: Uint8Array[], now: number): number {
    const { keepAlive, options, outputs, remove } = this.#context
    const { id: streamId, queue } = record
    const length = Math.min(queue.byteLength, record.sendWindow, options.maxFrame)
    let bytes = 0

    if (length > 0) {
      const ping = keepAlive.handleData(now)

      if (ping !== undefined) {
        pieces.push(encodeHeader({ type: PING, flags: SYN, streamId: 0, length: ping }))
        bytes += HEADER_LENGTH
      }

      pieces.push(encodeHeader({ type: DATA, flags: takeGreeting(record), streamId, length }))
      queue.move(length, pieces)
      record.sendWindow -= length
      bytes += HEADER_LENGTH + length
      queue.byteLength === 0 && outputs.push({ type: 'idle', streamId })
    }

    // not on the data frame: go-yamux looks at a frame's FIN before its payload
    if (record.finDue) {
      record.finSent = true
      bytes += HEADER_LENGTH
      pieces.push(encodeHeader({ type: WINDOW_UPDATE, flags: takeGreeting(record) | FIN, streamId, length: 0 }))
      outputs.push({ type: 'sent', streamId })
    }

    if (record.waiting && queue.byteLength <= options.maxQueued / 2) {
      record.waiting = false
      outputs.push({ type: 'drain', streamId })
    }

    if (record.done) {
      remove(record)
    }

    return bytes
  }
}

/** SYN or ACK of `record`, once, then 0. */
function takeGreeting (record: StreamRecord): number {
  const { greeting } = record
  record.greeting = 0

  return greeting
}
