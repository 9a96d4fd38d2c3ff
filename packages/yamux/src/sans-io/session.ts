import { FrameReceiver } from './frame-receiver.ts'
import { FrameSender } from './frame-sender.ts'
import { GO_AWAY, PING, RST, SYN } from './frame.ts'
import { KeepAlive } from './keep-alive.ts'
import { DEFAULT_OPTIONS, GO_AWAY_PROTOCOL_ERROR } from './options.ts'
import { ReceiveWindows } from './receive-windows.ts'
import { StreamRecord } from './stream-record.ts'
import { StreamTable } from './stream-table.ts'
import type { YamuxOptions } from './options.ts'
import type { YamuxOutput } from './outputs.ts'
import type { MemoryReserver } from '@libp2p-ws/core'

/**
 * One end of a yamux session: bytes of the far end and calls of the driver in,
 * frames and outputs out. After each input the driver takes `pollTransmit` until
 * it is empty or the connection is full, and `pollOutput` until there is none.
 *
 * Memory: pieces given to `write` belong to the session until they come out of
 * `pollTransmit`; pieces of `data` outputs are views of what was given to
 * `handleData`, which the session looks at no more.
 */
export class YamuxSession {
  readonly #options: YamuxOptions
  readonly #streams = new StreamTable()
  readonly #outputs: YamuxOutput[] = []
  readonly #windows: ReceiveWindows
  readonly #keepAlive: KeepAlive
  readonly #sender: FrameSender
  readonly #receiver: FrameReceiver
  #nextId: number

  /** `memory` is what the windows of streams are taken from. Default: as much as the options allow. */
  constructor (client: boolean, now: number, options: Partial<YamuxOptions> = {}, memory?: MemoryReserver) {
    this.#options = { ...DEFAULT_OPTIONS, ...options }
    this.#nextId = client ? 1 : 2
    this.#windows = new ReceiveWindows(this.#options, memory)
    this.#keepAlive = new KeepAlive(this.#options, now)
    const remove = (record: StreamRecord): void => { this.#remove(record) }
    const shared = { options: this.#options, streams: this.#streams, keepAlive: this.#keepAlive, outputs: this.#outputs, remove }
    this.#sender = new FrameSender(shared)
    this.#receiver = new FrameReceiver({ ...shared, client, windows: this.#windows, sender: this.#sender })
  }

  /** Streams of both sides. */
  get size (): number {
    return this.#streams.size
  }

  /** Ms; undefined before the first ping was answered. */
  get roundTrip (): number | undefined {
    return this.#keepAlive.roundTrip
  }

  /** Whether `open` would give a stream, and why not. */
  get refusal (): 'closed' | 'too many streams' | undefined {
    if (this.#receiver.goneAway || this.#receiver.remoteGoneAway || this.#nextId > 0xffff_ffff) {
      return 'closed'
    }

    return this.#streams.size - this.#streams.inbound >= this.#options.maxOutboundStreams ? 'too many streams' : undefined
  }

  /**
   * Only when `refusal` is undefined. The far end hears of the stream with its first bytes, or with `flushHeld`.
   *
   * @throws {Error} when there is no memory for its window
   */
  open (now: number): number {
    const record = new StreamRecord(this.#nextId, false, now)
    this.#windows.open(record)
    this.#nextId += 2
    this.#streams.add(record)

    return record.id
  }

  /** Bytes that were written and have not gone out. */
  queued (streamId: number): number {
    return this.#streams.get(streamId)?.queue.byteLength ?? 0
  }

  /** Takes all of it. Returns false when the writer should wait for `drain`. */
  write (streamId: number, pieces: Iterable<Uint8Array>): boolean {
    const record = this.#streams.get(streamId)

    if (record == null || record.localClosed) {
      return true
    }

    for (const piece of pieces) {
      record.queue.push(piece)
    }

    this.#streams.schedule(record)
    record.waiting ||= record.queue.byteLength > this.#options.maxQueued

    return !record.waiting
  }

  /** Takes what goes out with the next `write` or `closeWrite`, and by itself with `flushHeld`. */
  hold (streamId: number, piece: Uint8Array): void {
    const record = this.#streams.get(streamId)

    if (record != null && !record.localClosed) {
      record.queue.push(piece)
      this.#streams.hold(record)
    }
  }

  /** Lets go what is held: heads, and word of streams that have had nothing to say yet. */
  flushHeld (): void {
    this.#sender.flushHeld()
  }

  /**
   * The reader of the stream is done with `bytes` bytes. `most` is how many it would
   * hold unread: its window grows no further. Default: `maxWindow`.
   */
  consume (streamId: number, bytes: number, now: number, most: number = Infinity): void {
    const record = this.#streams.get(streamId)

    if (record == null || record.remoteClosed) {
      return
    }

    const delta = this.#windows.consume(record, bytes, most, this.#keepAlive.roundTrip, now)

    if (delta > 0) {
      this.#sender.pushStreamControl(record, 0, delta)
    }
  }

  /** Ends our side after what was written. `sent` follows when the end has gone out. */
  closeWrite (streamId: number): void {
    const record = this.#streams.get(streamId)

    if (record != null && !record.localClosed) {
      record.localClosed = true
      this.#streams.schedule(record)
    }
  }

  /** Gives the stream up: what was not sent is dropped. `code` of the libp2p spec, 0 for none. */
  reset (streamId: number, code: number): void {
    const record = this.#streams.get(streamId)

    if (record != null) {
      // a stream that the far end never heard of needs no reset, but go-yamux wants every id opened before its reset
      this.#sender.pushStreamControl(record, RST, code)
      this.#remove(record)
    }
  }

  /** No new streams in either direction; those that are open go on. */
  goAway (code: number): void {
    if (!this.#receiver.goneAway) {
      this.#receiver.goneAway = true
      this.#sender.pushControl({ type: GO_AWAY, flags: 0, streamId: 0, length: code })
    }
  }

  /** @throws {YamuxProtocolError} the session cannot go on; a go-away for the far end is ready to be sent */
  handleData (piece: Uint8Array, now: number): void {
    try {
      this.#receiver.handleData(piece, now)
    } catch (err) {
      this.goAway(GO_AWAY_PROTOCOL_ERROR)
      throw err
    }
  }

  /** The connection is gone: the memory of all windows is given back. */
  handleClose (): void {
    this.#windows.close()
  }

  handleTimeout (now: number): void {
    const due = this.#keepAlive.handleTimeout(now)

    if (due === 'dead') {
      this.#outputs.push({ type: 'dead' })
    } else if (due != null) {
      this.#sender.pushControl({ type: PING, flags: SYN, streamId: 0, length: due })
    }
  }

  /** When `handleTimeout` wants to be called; undefined for never. */
  pollTimeout (): number | undefined {
    return this.#keepAlive.pollTimeout()
  }

  pollOutput (): YamuxOutput | undefined {
    return this.#outputs.shift()
  }

  /** Frames for the far end, at most `most` bytes of them, but at least one where there is one. */
  pollTransmit (most: number, now: number): Uint8Array[] {
    return this.#sender.pollTransmit(most, now)
  }

  #remove (record: StreamRecord): void {
    this.#streams.remove(record)
    this.#windows.forget(record)
  }
}
