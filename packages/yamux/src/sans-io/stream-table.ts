import type { StreamRecord } from './stream-record.ts'

/** The open streams of a session, and which of them have something to say. */
export class StreamTable {
  readonly #records = new Map<number, StreamRecord>()

  /** Whose turn it is: first in, first out. */
  readonly #ready = new Set<StreamRecord>()

  /** Streams that the far end has not heard of, or has no answer for. */
  readonly #ungreeted = new Set<StreamRecord>()
  #inbound = 0

  get size (): number {
    return this.#records.size
  }

  /** Streams that the far end opened. */
  get inbound (): number {
    return this.#inbound
  }

  get (streamId: number): StreamRecord | undefined {
    return this.#records.get(streamId)
  }

  add (record: StreamRecord): void {
    this.#records.set(record.id, record)
    this.#ungreeted.add(record)
    this.#inbound += record.inbound ? 1 : 0
  }

  remove (record: StreamRecord): void {
    this.#records.delete(record.id)
    this.#ready.delete(record)
    this.#ungreeted.delete(record)
    this.#inbound -= record.inbound ? 1 : 0
  }

  /** Puts `record` at the end of the line when it can send something. */
  schedule (record: StreamRecord): void {
    if (record.ready && this.#records.has(record.id)) {
      this.#ready.add(record)
    }
  }

  /** Whose turn it is; it has to get in line again. */
  next (): StreamRecord | undefined {
    const [record] = this.#ready
    record != null && this.#ready.delete(record)

    return record
  }

  /** SYN or ACK of `record`, once, then 0. */
  takeGreeting (record: StreamRecord): number {
    this.#ungreeted.delete(record)

    return record.takeGreeting()
  }

  ungreeted (): StreamRecord[] {
    return [...this.#ungreeted]
  }
}
