import { StreamDriver } from './stream-driver.ts'
import type { SessionOutput, StreamEvent, StreamId } from './sans-io/index.ts'
import type { Stream } from '@libp2p/interface'

/** What a session says to its streams. */
export type StreamCommand = Extract<SessionOutput, { type: 'write' | 'close-write' | 'reset' | 'pause-streams' | 'resume-streams' }>

/**
 * For what was written before the browser went, in milliseconds. It delays the
 * next session with the same key.
 */
const FLUSH_TIMEOUT = 5_000

/** The libp2p streams of one session. */
export class SessionStreamDrivers {
  readonly #onEvent: (id: StreamId, event: StreamEvent) => void
  readonly #streams = new Map<StreamId, StreamDriver>()
  #isPaused = false

  constructor (onEvent: (id: StreamId, event: StreamEvent) => void) {
    this.#onEvent = onEvent
  }

  add (id: StreamId, stream: Stream): void {
    const driver = new StreamDriver(stream, event => { this.#handle(id, event) })
    this.#streams.set(id, driver)

    if (this.#isPaused) {
      driver.pause()
    }

    driver.start()
  }

  execute (command: StreamCommand): void {
    switch (command.type) {
      case 'write': this.#streams.get(command.id)?.write(command.data); break
      case 'close-write': this.#streams.get(command.id)?.closeWrite(); break
      case 'reset': this.#reset(command.id, command.reason); break
      case 'pause-streams': this.#pause(); break
      default: void this.#resume()
    }
  }

  /** Streams that were closed but not yet rid of what was written to them. */
  async flushed (): Promise<void> {
    const { promise: timeout, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, FLUSH_TIMEOUT)

    await Promise.race([timeout, Promise.all([...this.#streams.values()].map(async stream => stream.flushed))])
    clearTimeout(timer)
  }

  #handle (id: StreamId, event: StreamEvent): void {
    if (event.type === 'closed') {
      this.#streams.delete(id)
    }

    this.#onEvent(id, event)
  }

  #reset (id: StreamId, reason: string): void {
    const stream = this.#streams.get(id)
    this.#streams.delete(id)
    stream?.reset(reason)
  }

  #pause (): void {
    this.#isPaused = true

    for (const stream of this.#streams.values()) {
      stream.pause()
    }
  }

  /**
   * One at a time, each when what the one before had kept has been sent: that
   * may be enough to fill the browser again.
   */
  async #resume (): Promise<void> {
    this.#isPaused = false

    for (const stream of this.#streams.values()) {
      await Promise.resolve()

      if (this.#isPaused) {
        return
      }

      stream.resume()
    }
  }
}
