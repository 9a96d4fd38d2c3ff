import { YamuxProtocolError } from './errors.ts'
import { SPEC_INITIAL_WINDOW } from './options.ts'
import type { YamuxOptions } from './options.ts'
import type { StreamRecord } from './stream-record.ts'

/**
 * How much each stream may receive. A window is filled up when half of it was
 * read, and doubled when that took less than four round trips: then the window,
 * and not the reader, was what held the far end back (go-yamux's rule).
 */
export class ReceiveWindows {
  readonly #options: Pick<YamuxOptions, 'maxWindow' | 'maxWindowGrowth'>
  #growth = 0

  constructor (options: Pick<YamuxOptions, 'maxWindow' | 'maxWindowGrowth'>) {
    this.#options = options
  }

  /** @throws {YamuxProtocolError} when the far end sends more than it may, or after its end */
  receive (record: StreamRecord, length: number): void {
    if (record.remoteClosed && length > 0) {
      throw new YamuxProtocolError(`${length} bytes after the end of stream ${record.id}`)
    }

    if (length > record.receiveWindow) {
      throw new YamuxProtocolError(`${length} bytes for stream ${record.id} whose window has ${record.receiveWindow}`)
    }

    record.receiveWindow -= length
  }

  /**
   * Returns by how much the far end is to be told that the window grew; 0 for not
   * yet. `most` is what the stream's reader is ready to hold.
   */
  consume (record: StreamRecord, bytes: number, most: number, roundTrip: number | undefined, now: number): number {
    record.consumed += bytes

    if (record.consumed * 2 < record.targetWindow) {
      return 0
    }

    const limit = Math.min(most, this.#options.maxWindow)
    const room = Math.min(record.targetWindow, limit - record.targetWindow, this.#options.maxWindowGrowth - this.#growth)
    const fast = roundTrip != null && now - record.refilled < 4 * Math.max(1, roundTrip)
    const growth = fast ? Math.max(0, room) : 0
    const delta = record.consumed + growth
    record.targetWindow += growth
    record.receiveWindow += delta
    record.consumed = 0
    record.refilled = now
    this.#growth += growth

    return delta
  }

  forget (record: StreamRecord): void {
    this.#growth -= record.targetWindow - SPEC_INITIAL_WINDOW
  }
}
