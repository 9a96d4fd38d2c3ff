import { YamuxProtocolError } from './errors.ts'
import { FrameReader } from './frame-reader.ts'
import { ACK, DATA, FIN, GO_AWAY, PING, RST, SYN, WINDOW_UPDATE } from './frame.ts'
import { STREAM_RESOURCE_LIMIT_EXCEEDED, STREAM_SHUTDOWN } from './options.ts'
import { StreamRecord } from './stream-record.ts'
import type { FrameSender } from './frame-sender.ts'
import type { FrameHeader } from './frame.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { YamuxOptions } from './options.ts'
import type { YamuxOutput } from './outputs.ts'
import type { ReceiveWindows } from './receive-windows.ts'
import type { StreamTable } from './stream-table.ts'

export interface FrameReceiverContext {
  /** The end that opens streams of odd ids. */
  client: boolean
  options: YamuxOptions
  streams: StreamTable
  windows: ReceiveWindows
  keepAlive: KeepAlive
  sender: FrameSender
  outputs: YamuxOutput[]
  remove(record: StreamRecord): void
}

/** What comes in: frames by type, each checked against the state of its stream. */
export class FrameReceiver {
  /** We take no new streams. */
  goneAway = false

  /** The far end takes no new streams. */
  remoteGoneAway = false

  readonly #context: FrameReceiverContext
  readonly #reader = new FrameReader()

  /** Whose payload is coming in; undefined: nobody wants it. */
  #receiving: StreamRecord | undefined

  /** Payload that is still to come, and whether the stream ends after it. */
  #payloadLeft = 0
  #endsAfterPayload = false

  constructor (context: FrameReceiverContext) {
    this.#context = context
  }

  /** @throws {YamuxProtocolError} the session cannot go on */
  handleData (piece: Uint8Array, now: number): void {
    this.#reader.push(piece)

    for (let part = this.#reader.next(); part !== undefined; part = this.#reader.next()) {
      if (part instanceof Uint8Array) {
        this.#handlePayload(part)
      } else {
        this.#handleHeader(part, now)
      }
    }
  }

  #handleHeader (header: FrameHeader, now: number): void {
    switch (header.type) {
      case PING: this.#handlePing(header, now); break
      case GO_AWAY:
        this.remoteGoneAway = true
        this.#context.outputs.push({ type: 'goAway', code: header.length })
        break
      default: this.#handleStreamFrame(header, now)
    }
  }

  #handlePing ({ flags, length }: FrameHeader, now: number): void {
    if ((flags & SYN) !== 0) {
      this.#context.sender.answer({ type: PING, flags: ACK, streamId: 0, length })
    } else if ((flags & ACK) !== 0) {
      const ms = this.#context.keepAlive.handlePong(length, now)

      if (ms != null) {
        this.#context.outputs.push({ type: 'roundTrip', ms })
      }
    }
  }

  #handleStreamFrame (header: FrameHeader, now: number): void {
    const { type, flags, streamId, length } = header

    if ((flags & SYN) !== 0) {
      this.#accept(streamId, now)
    }

    // frames for a stream that is gone were under way when it went
    const record = this.#context.streams.get(streamId)
    this.#payloadLeft = type === DATA ? length : 0
    this.#receiving = record
    this.#endsAfterPayload = (flags & FIN) !== 0

    if (record == null) {
      return
    }

    if ((flags & RST) !== 0) {
      this.#context.remove(record)
      this.#receiving = undefined
      this.#context.outputs.push({ type: 'reset', streamId, code: type === WINDOW_UPDATE ? length : 0 })
      return
    }

    if (type === WINDOW_UPDATE) {
      this.#widen(record, length)
    } else {
      this.#context.windows.receive(record, length)
    }

    if (this.#payloadLeft === 0 && this.#endsAfterPayload) {
      this.#endRemote(record)
    }
  }

  #handlePayload (piece: Uint8Array): void {
    this.#payloadLeft -= piece.byteLength
    const record = this.#receiving

    if (record == null || this.#context.streams.get(record.id) == null) {
      return
    }

    this.#context.outputs.push({ type: 'data', streamId: record.id, piece })

    if (this.#payloadLeft === 0 && this.#endsAfterPayload) {
      this.#endRemote(record)
    }
  }

  #accept (streamId: number, now: number): void {
    const { client, options, outputs, sender, streams } = this.#context

    if ((streamId % 2 === 0) !== client) {
      throw new YamuxProtocolError(`stream ${streamId} opened by the wrong end`)
    }

    if (streams.get(streamId) != null) {
      throw new YamuxProtocolError(`stream ${streamId} opened twice`)
    }

    const record = new StreamRecord(streamId, true, now)

    if (this.goneAway || streams.inbound >= options.maxInboundStreams || !this.#hasWindow(record)) {
      sender.answer({ type: WINDOW_UPDATE, flags: RST, streamId, length: this.goneAway ? STREAM_SHUTDOWN : STREAM_RESOURCE_LIMIT_EXCEEDED })
      return
    }

    streams.add(record)
    outputs.push({ type: 'opened', streamId })
  }

  /** go-yamux ends the session where there is no memory; the other streams go on here. */
  #hasWindow (record: StreamRecord): boolean {
    try {
      this.#context.windows.open(record)
      return true
    } catch {
      return false
    }
  }

  #widen (record: StreamRecord, delta: number): void {
    record.sendWindow += delta

    if (record.sendWindow > 0xffff_ffff) {
      throw new YamuxProtocolError(`window of stream ${record.id} beyond 32 bits`)
    }

    this.#context.streams.schedule(record)
  }

  #endRemote (record: StreamRecord): void {
    if (!record.remoteClosed) {
      record.remoteClosed = true
      this.#context.outputs.push({ type: 'ended', streamId: record.id })
      record.done && this.#context.remove(record)
    }
  }
}
