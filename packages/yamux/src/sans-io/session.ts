import { YamuxProtocolError } from './errors.ts'
import { FrameReader } from './frame-reader.ts'
import { ACK, DATA, encodeHeader, FIN, GO_AWAY, PING, RST, SYN, WINDOW_UPDATE } from './frame.ts'
import { KeepAlive } from './keep-alive.ts'
import { DEFAULT_OPTIONS, GO_AWAY_PROTOCOL_ERROR, MAX_CONTROL_FRAMES, SPEC_INITIAL_WINDOW } from './options.ts'
import { ReceiveWindows } from './receive-windows.ts'
import { StreamRecord } from './stream-record.ts'
import { StreamTable } from './stream-table.ts'
import type { FrameHeader } from './frame.ts'
import type { YamuxOptions } from './options.ts'
import type { YamuxOutput } from './outputs.ts'

/**
 * One end of a yamux session: bytes of the far end and calls of the driver in,
 * frames and outputs out. After each input the driver takes `pollTransmit` until
 * it is empty or the connection is full, and `pollOutput` until there is none.
 *
 * Memory: pieces given to `write` belong to the session, pieces of `data`
 * outputs are views of what was given to `handleData`.
 */
export class YamuxSession {
  readonly #options: YamuxOptions
  readonly #client: boolean
  readonly #streams = new StreamTable()
  readonly #reader = new FrameReader()
  readonly #windows: ReceiveWindows
  readonly #keepAlive: KeepAlive
  readonly #control: Uint8Array[] = []
  #outputs: YamuxOutput[] = []
  #nextId: number

  /** Whose payload is coming in; undefined: nobody wants it. */
  #receiving: StreamRecord | undefined

  /** Payload that is still to come, and whether the stream ends after it. */
  #payloadLeft = 0
  #endsAfterPayload = false
  #goneAway = false
  #remoteGoneAway = false

  constructor (client: boolean, now: number, options: Partial<YamuxOptions> = {}) {
    this.#options = { ...DEFAULT_OPTIONS, ...options }
    this.#client = client
    this.#nextId = client ? 1 : 2
    this.#windows = new ReceiveWindows(this.#options)
    this.#keepAlive = new KeepAlive(this.#options, now)
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
    if (this.#goneAway || this.#remoteGoneAway || this.#nextId > 0xffff_ffff) {
      return 'closed'
    }

    return this.#streams.size - this.#streams.inbound >= this.#options.maxOutboundStreams ? 'too many streams' : undefined
  }

  /** Only when `refusal` is undefined. The far end hears of the stream with its first bytes, or with `greet`. */
  open (now: number): number {
    const id = this.#nextId
    this.#nextId += 2
    this.#streams.add(new StreamRecord(id, false, SPEC_INITIAL_WINDOW, SPEC_INITIAL_WINDOW, now))

    return id
  }

  /** Tells the far end of streams that have had nothing to say yet. */
  greet (): void {
    for (const record of this.#streams.ungreeted()) {
      this.#pushControl({ type: WINDOW_UPDATE, flags: this.#streams.takeGreeting(record), streamId: record.id, length: 0 })
    }
  }

  /** Takes all of it. Returns false when the writer should wait for `drain`. */
  write (streamId: number, pieces: readonly Uint8Array[]): boolean {
    const record = this.#streams.get(streamId)

    if (record == null || record.localClosed) {
      return true
    }

    record.enqueue(pieces)
    this.#streams.schedule(record)
    record.waiting ||= record.queued > this.#options.maxQueued

    return !record.waiting
  }

  /** The reader of the stream is done with `bytes` bytes. */
  consume (streamId: number, bytes: number, now: number): void {
    const record = this.#streams.get(streamId)

    if (record == null || record.remoteClosed) {
      return
    }

    const delta = this.#windows.consume(record, bytes, this.#keepAlive.roundTrip, now)

    if (delta > 0) {
      this.#pushControl({ type: WINDOW_UPDATE, flags: this.#streams.takeGreeting(record), streamId, length: delta })
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

  /** Gives the stream up: what was not sent is dropped. */
  reset (streamId: number, code: number): void {
    const record = this.#streams.get(streamId)

    if (record != null) {
      // a stream that the far end never heard of needs no reset, but go-yamux wants every id opened before its reset
      this.#pushControl({ type: WINDOW_UPDATE, flags: this.#streams.takeGreeting(record) | RST, streamId, length: code })
      this.#remove(record)
    }
  }

  /** No new streams in either direction; those that are open go on. */
  goAway (code: number): void {
    if (!this.#goneAway) {
      this.#goneAway = true
      this.#pushControl({ type: GO_AWAY, flags: 0, streamId: 0, length: code })
    }
  }

  /** @throws {YamuxProtocolError} the session cannot go on; a go-away for the far end is ready to be sent */
  handleData (piece: Uint8Array, now: number): void {
    try {
      for (const { header, payload } of this.#reader.read(piece)) {
        if (header == null) {
          this.#handlePayload(payload)
        } else {
          this.#handleHeader(header, now)
        }
      }
    } catch (err) {
      this.goAway(GO_AWAY_PROTOCOL_ERROR)
      throw err
    }
  }

  handleTimeout (now: number): void {
    const due = this.#keepAlive.handleTimeout(now)

    if (due === 'dead') {
      this.#outputs.push({ type: 'dead' })
    } else if (due != null) {
      this.#pushControl({ type: PING, flags: SYN, streamId: 0, length: due })
    }
  }

  /** When `handleTimeout` wants to be called; undefined for never. */
  pollTimeout (): number | undefined {
    return this.#keepAlive.pollTimeout()
  }

  pollOutput (): YamuxOutput | undefined {
    return this.#outputs.shift()
  }

  /** Frames for the far end, at least `most` bytes of them where there is that much; empty when there is nothing to send. */
  pollTransmit (most: number): Uint8Array[] {
    const pieces = this.#control.splice(0)
    let bytes = 0

    while (bytes < most) {
      const record = this.#streams.next()

      if (record == null) {
        break
      }

      // then to the end of the line: every stream gets a frame before one gets its second
      bytes += this.#transmitFrame(record, pieces)
      this.#streams.schedule(record)
    }

    return pieces
  }

  #transmitFrame (record: StreamRecord, pieces: Uint8Array[]): number {
    const length = Math.min(record.queued, record.sendWindow, this.#options.maxFrame)

    if (length > 0) {
      pieces.push(encodeHeader({ type: DATA, flags: this.#streams.takeGreeting(record), streamId: record.id, length }), ...record.dequeue(length))
      record.sendWindow -= length
    }

    // not on the data frame: go-yamux looks at a frame's FIN before its payload
    if (record.takeFin() !== 0) {
      pieces.push(encodeHeader({ type: WINDOW_UPDATE, flags: this.#streams.takeGreeting(record) | FIN, streamId: record.id, length: 0 }))
      this.#outputs.push({ type: 'sent', streamId: record.id })
    }

    if (record.waiting && record.queued <= this.#options.maxQueued / 2) {
      record.waiting = false
      this.#outputs.push({ type: 'drain', streamId: record.id })
    }

    this.#removeIfDone(record)

    return length
  }

  #handleHeader (header: FrameHeader, now: number): void {
    switch (header.type) {
      case PING: this.#handlePing(header, now); break
      case GO_AWAY:
        this.#remoteGoneAway = true
        this.#outputs.push({ type: 'goAway', code: header.length })
        break
      default: this.#handleStreamFrame(header, now)
    }
  }

  #handlePing ({ flags, length }: FrameHeader, now: number): void {
    if ((flags & SYN) !== 0) {
      this.#answer({ type: PING, flags: ACK, streamId: 0, length })
    } else if ((flags & ACK) !== 0) {
      const ms = this.#keepAlive.handlePong(length, now)

      if (ms != null) {
        this.#outputs.push({ type: 'roundTrip', ms })
      }
    }
  }

  #handleStreamFrame (header: FrameHeader, now: number): void {
    const { type, flags, streamId, length } = header

    if ((flags & SYN) !== 0) {
      this.#accept(streamId, now)
    }

    // frames for a stream that is gone were under way when it went
    const record = this.#streams.get(streamId)
    this.#payloadLeft = type === DATA ? length : 0
    this.#receiving = record
    this.#endsAfterPayload = (flags & FIN) !== 0

    if (record == null) {
      return
    }

    if ((flags & RST) !== 0) {
      this.#remove(record)
      this.#receiving = undefined
      this.#outputs.push({ type: 'reset', streamId, code: type === WINDOW_UPDATE ? length : 0 })
      return
    }

    if (type === WINDOW_UPDATE) {
      this.#widen(record, length)
    } else {
      this.#windows.receive(record, length)
    }

    if (this.#payloadLeft === 0 && this.#endsAfterPayload) {
      this.#endRemote(record)
    }
  }

  #handlePayload (piece: Uint8Array): void {
    this.#payloadLeft -= piece.byteLength
    const record = this.#receiving

    if (record == null || this.#streams.get(record.id) == null) {
      return
    }

    this.#outputs.push({ type: 'data', streamId: record.id, piece })

    if (this.#payloadLeft === 0 && this.#endsAfterPayload) {
      this.#endRemote(record)
    }
  }

  #accept (streamId: number, now: number): void {
    if ((streamId % 2 === 0) !== this.#client) {
      throw new YamuxProtocolError(`stream ${streamId} opened by the wrong end`)
    }

    if (this.#streams.get(streamId) != null) {
      throw new YamuxProtocolError(`stream ${streamId} opened twice`)
    }

    if (this.#goneAway || this.#streams.inbound >= this.#options.maxInboundStreams) {
      this.#answer({ type: WINDOW_UPDATE, flags: RST, streamId, length: 0 })
      return
    }

    this.#streams.add(new StreamRecord(streamId, true, SPEC_INITIAL_WINDOW, SPEC_INITIAL_WINDOW, now))
    this.#outputs.push({ type: 'opened', streamId })
  }

  #widen (record: StreamRecord, delta: number): void {
    record.sendWindow += delta

    if (record.sendWindow > 0xffff_ffff) {
      throw new YamuxProtocolError(`window of stream ${record.id} beyond 32 bits`)
    }

    this.#streams.schedule(record)
  }

  #endRemote (record: StreamRecord): void {
    if (!record.remoteClosed) {
      record.remoteClosed = true
      this.#outputs.push({ type: 'ended', streamId: record.id })
      this.#removeIfDone(record)
    }
  }

  /** For what the far end can make us send as often as it likes. */
  #answer (header: FrameHeader): void {
    if (this.#control.length >= MAX_CONTROL_FRAMES) {
      throw new YamuxProtocolError(`${MAX_CONTROL_FRAMES} answers wait to be sent: the far end asks but does not read`)
    }

    this.#pushControl(header)
  }

  #pushControl (header: FrameHeader): void {
    this.#control.push(encodeHeader(header))
  }

  #remove (record: StreamRecord): void {
    this.#streams.remove(record)
    this.#windows.forget(record)
  }

  #removeIfDone (record: StreamRecord): void {
    if (record.done) {
      this.#remove(record)
    }
  }
}
