import { YamuxProtocolError } from './errors.ts'
import { SPEC_INITIAL_WINDOW } from './options.ts'
import type { YamuxOptions } from './options.ts'
import type { StreamRecord } from './stream-record.ts'
import type { MemoryReserver } from '@libp2p-ws/core'

/**
 * How much each stream may receive. A window is filled up when half of it was
 * read, and doubled when that took less than four round trips: then the window,
 * and not the reader, was what held the far end back (go-yamux's rule). Windows
 * are memory that somebody else may count: one without which there is no stream,
 * and what it grows by only where there is enough for all.
 */
export class ReceiveWindows {
  readonly #options: Pick<YamuxOptions, 'maxWindow' | 'maxWindowGrowth'>
  readonly #memory: MemoryReserver | undefined
  #growth = 0

  /** Bytes of all windows. */
  #held = 0
  #closed = false

  constructor (options: Pick<YamuxOptions, 'maxWindow' | 'maxWindowGrowth'>, memory?: MemoryReserver) {
    this.#options = options
    this.#memory = memory
  }

  /** @throws {Error} when there is no memory for another window */
  open (record: StreamRecord): void {
    if (!this.#closed) {
      this.#memory?.reserve(record.targetWindow)
      this.#held += record.targetWindow
    }
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
    const growth = fast && room > 0 && this.#reserve(room) ? room : 0
    const delta = record.consumed + growth
    record.targetWindow += growth
    record.receiveWindow += delta
    record.consumed = 0
    record.refilled = now
    this.#growth += growth
    this.#held += growth

    return delta
  }

  forget (record: StreamRecord): void {
    this.#growth -= record.targetWindow - SPEC_INITIAL_WINDOW
    this.#release(record.targetWindow)
  }

  /** Nothing can come in any more, for any stream. */
  close (): void {
    this.#release(this.#held)
    this.#closed = true
  }

  #reserve (bytes: number): boolean {
    return !this.#closed && (this.#memory?.reserveSpare(bytes) ?? true)
  }

  #release (bytes: number): void {
    if (!this.#closed) {
      this.#held -= bytes
      this.#memory?.release(bytes)
    }
  }
}
