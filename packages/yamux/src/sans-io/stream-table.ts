import type { StreamRecord } from './stream-record.ts'

/** The open streams of a session, and which of them have something to say. */
export class StreamTable {
  // each is made for the first that it holds: most connections are idle
  #records: Map<number, StreamRecord> | undefined

  /** Whose turn it is: first in, first out. */
  #ready: Set<StreamRecord> | undefined

  /** Streams with a greeting or a head that waits a moment for more to go with it. */
  #held: Set<StreamRecord> | undefined
  #inbound = 0

  get size (): number {
    return this.#records?.size ?? 0
  }

  /** Streams that the far end opened. */
  get inbound (): number {
    return this.#inbound
  }

  get (streamId: number): StreamRecord | undefined {
    return this.#records?.get(streamId)
  }

  add (record: StreamRecord): void {
    this.#records ??= new Map()
    this.#records.set(record.id, record)
    this.hold(record)
    this.#inbound += record.inbound ? 1 : 0
  }

  remove (record: StreamRecord): void {
    this.#records?.delete(record.id)
    this.#ready?.delete(record)
    this.#held?.delete(record)
    this.#inbound -= record.inbound ? 1 : 0
  }

  /** Puts `record` at the end of the line when it can send something. */
  schedule (record: StreamRecord): void {
    if (record.ready) {
      this.#held?.delete(record)
      this.#ready ??= new Set()
      this.#ready.add(record)
    }
  }

  /** Whose turn it is; it has to get in line again. */
  next (): StreamRecord | undefined {
    const record = this.#ready?.values().next().value
    record !== undefined && this.#ready?.delete(record)

    return record
  }

  hold (record: StreamRecord): void {
    this.#held ??= new Set()
    this.#held.add(record)
  }

  /** Streams whose moment is over. */
  takeHeld (): StreamRecord[] {
    const held = [...this.#held ?? []]
    this.#held?.clear()

    return held
  }
}
