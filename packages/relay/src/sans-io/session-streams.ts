import { FrameDecoder, encodeFrame } from './frames.ts'
import { limitReached } from './limit-reached.ts'
import { Timers } from './timers.ts'
import type { StreamId } from './messages.ts'
import type { OutputQueue } from './output-queue.ts'
import type { SessionLimits, StreamEvent } from './session-io.ts'

/*
 *          browser: Close            far end closes
 *   open ─────────────────▶ half-closed ──────────┐
 *    │                                            │
 *    │ far end closes, listener is stopped        │
 *    └─────────────────────────▶ lingering ◀──────┘
 *                                    │ closed at both ends, or stallTimeout
 *                                    ▼
 *                                  (gone)
 */

/**
 * Connection Closed goes out on the way into `lingering`, or, from the other
 * two, when the stream is reset: once for each stream. A lingering stream only
 * gets rid of what was written to it before.
 */
type StreamState = 'open' | 'half-closed' | 'lingering'

interface StreamEntry {
  readonly id: StreamId
  readonly protocol: string

  /** It came to one of the browser's listeners. */
  readonly incoming: boolean

  /** With FRAMES: cuts what the far end sends. */
  readonly decoder: FrameDecoder | undefined
  state: StreamState

  /** The browser was told that it sent too late. */
  toldLate: boolean
}

export interface NewStream {
  peerId: string
  protocol: string
  incoming: boolean
  frames: boolean
}

/**
 * The most data in one message when FRAMES is 0: zot/libp2p-websocket reads
 * that much at a time, so its clients have room for no more.
 */
const MAX_RAW_DATA = 65527

/** The reason that zot/libp2p-websocket gives when the far end closed. */
const EOF = 'EOF'

/** The streams of one browser, whose numbers count up from 0 in both directions. */
export class SessionStreams {
  readonly #outputs: OutputQueue
  readonly #limits: SessionLimits
  readonly #streams = new Map<StreamId, StreamEntry>()

  /** Streams that take no more bytes for now. */
  readonly #blocked = new Set<StreamId>()

  /** When a blocked or lingering stream is given up. */
  readonly #deadlines = new Timers<StreamId>()
  #nextId: StreamId = 0n

  /** The browser was told that there is no room for an incoming stream, since there last was. */
  #isRefusing = false

  constructor (outputs: OutputQueue, limits: SessionLimits) {
    this.#outputs = outputs
    this.#limits = limits
  }

  get size (): number {
    return this.#streams.size
  }

  /** Some stream takes no more of what the browser sends. */
  get isBlocked (): boolean {
    return this.#blocked.size > 0
  }

  add ({ peerId, protocol, incoming, frames }: NewStream): StreamId {
    const id = this.#nextId++
    this.#isRefusing = false
    const decoder = frames ? new FrameDecoder(this.#limits.maxFrameSize) : undefined

    this.#streams.set(id, { id, protocol, incoming, decoder, state: 'open', toldLate: false })
    this.#outputs.send({ type: incoming ? 'listener-connection' : 'peer-connection', id, peerId, protocol })

    return id
  }

  /** A peer opened a stream too many. Said once, however many it goes on to open. */
  refuseIncoming (): void {
    if (!this.#isRefusing) {
      this.#isRefusing = true
      this.#outputs.send({ type: 'protocol-error', message: `incoming stream: ${limitReached(this.#limits, 'maxStreams')}` })
    }
  }

  /** The browser sent Data. */
  write (id: StreamId, data: Uint8Array): void {
    const stream = this.#streams.get(id)

    if (stream === undefined) {
      this.#answerUnknown(id)
    } else if (stream.state === 'open') {
      this.#writeOpen(stream, data)
    } else if (stream.state === 'half-closed') {
      this.#outputs.send({ type: 'protocol-error', message: `Data after Close for connection ${id}` })
    } else {
      this.#answerLate(stream)
    }
  }

  /** The browser sent Close: it writes no more, but goes on reading. */
  closeWrite (id: StreamId): void {
    const stream = this.#streams.get(id)

    if (stream?.state === 'open') {
      stream.state = 'half-closed'
      this.#outputs.push({ type: 'close-write', id })
    }
  }

  /** The browser stopped a listener without keeping its streams. */
  closeIncoming (protocol: string, now: number): void {
    for (const stream of this.#streams.values()) {
      if (stream.incoming && stream.protocol === protocol && stream.state !== 'lingering') {
        this.#linger(stream, EOF, now)
      }
    }
  }

  handleEvent (id: StreamId, event: StreamEvent, now: number): void {
    const stream = this.#streams.get(id)

    if (stream === undefined) {
      return
    }

    if (event.type === 'closed') {
      this.#delete(stream, event.reason ?? EOF)
    } else if (stream.state !== 'lingering') {
      switch (event.type) {
        case 'data': this.#receive(stream, event.data); break
        case 'end': this.#linger(stream, stream.decoder?.isBetweenFrames === false ? 'unexpected EOF' : EOF, now); break
        case 'full': this.#block(id, now); break
        default: this.#unblock(id)
      }
    }
  }

  handleTimeout (now: number): void {
    for (let id = this.#deadlines.expire(now); id !== undefined; id = this.#deadlines.expire(now)) {
      const stream = this.#streams.get(id)

      if (stream !== undefined) {
        this.#reset(stream, limitReached(this.#limits, 'stallTimeout'))
      }
    }
  }

  pollTimeout (): number | undefined {
    return this.#deadlines.next()
  }

  /**
   * The browser is gone. Whoever was not told by a Close that all was sent
   * gets a reset, so that a cut transfer does not look like a whole one.
   */
  abandon (reason: string): void {
    for (const { id, state } of this.#streams.values()) {
      if (state === 'open') {
        this.#outputs.push({ type: 'reset', id, reason })
      }
    }

    this.#streams.clear()
    this.#blocked.clear()
    this.#deadlines.clear()
  }

  #receive (stream: StreamEntry, data: Uint8Array): void {
    if (stream.decoder === undefined) {
      this.#sendRaw(stream.id, data)
      return
    }

    try {
      this.#sendFrames(stream.id, stream.decoder, data)
    } catch (err) {
      this.#reset(stream, `incoming frame: ${(err as Error).message}`)
    }
  }

  #block (id: StreamId, now: number): void {
    this.#blocked.add(id)
    this.#deadlines.set(id, now + this.#limits.stallTimeout)
  }

  #unblock (id: StreamId): void {
    this.#blocked.delete(id)
    this.#deadlines.cancel(id)
  }

  #writeOpen (stream: StreamEntry, data: Uint8Array): void {
    if (stream.decoder === undefined) {
      this.#outputs.push({ type: 'write', id: stream.id, data })
    } else if (data.length > this.#limits.maxFrameSize) {
      this.#reset(stream, `outgoing frame: ${limitReached(this.#limits, 'maxFrameSize')}`)
    } else {
      this.#outputs.push({ type: 'write', id: stream.id, data: encodeFrame(data) })
    }
  }

  /** Data and Connection Closed crossed. What is lost is said, once. */
  #answerLate (stream: StreamEntry): void {
    if (!stream.toldLate) {
      stream.toldLate = true
      this.#outputs.send({ type: 'protocol-error', message: `Data for connection ${stream.id} came after its end and is lost` })
    }
  }

  /** A number that was in use has had its Connection Closed, and gets no second one. */
  #answerUnknown (id: StreamId): void {
    if (id >= this.#nextId) {
      this.#outputs.send({ type: 'connection-closed', id, reason: 'unknown connection' })
    }
  }

  #sendRaw (id: StreamId, data: Uint8Array): void {
    for (let start = 0; start < data.length; start += MAX_RAW_DATA) {
      this.#outputs.send({ type: 'data', id, data: data.subarray(start, start + MAX_RAW_DATA) })
    }
  }

  #sendFrames (id: StreamId, decoder: FrameDecoder, data: Uint8Array): void {
    decoder.handleData(data)

    for (let frame = decoder.pollFrame(); frame !== undefined; frame = decoder.pollFrame()) {
      this.#outputs.send({ type: 'data', id, data: frame })
    }
  }

  #linger (stream: StreamEntry, reason: string, now: number): void {
    if (stream.state === 'open') {
      this.#outputs.push({ type: 'close-write', id: stream.id })
    }

    stream.state = 'lingering'
    this.#blocked.delete(stream.id)
    this.#deadlines.set(stream.id, now + this.#limits.stallTimeout)
    this.#outputs.send({ type: 'connection-closed', id: stream.id, reason })
  }

  #reset (stream: StreamEntry, reason: string): void {
    this.#outputs.push({ type: 'reset', id: stream.id, reason })
    this.#delete(stream, reason)
  }

  #delete (stream: StreamEntry, reason: string): void {
    this.#streams.delete(stream.id)
    this.#unblock(stream.id)

    if (stream.state !== 'lingering') {
      this.#outputs.send({ type: 'connection-closed', id: stream.id, reason })
    }
  }
}
