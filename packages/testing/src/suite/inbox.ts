import { TransportSuiteError, within } from './checks.ts'
import { PatternCheck } from './pattern.ts'
import type { MessageStream, StreamCloseEvent } from '@libp2p/interface'

/** What comes out of one end: bytes that must follow a pattern, and the end. */
export class Inbox {
  readonly #pattern: PatternCheck
  readonly #deadline: number
  readonly #closeEvents: StreamCloseEvent[] = []
  #failure: Error | undefined
  #wake: (() => void) | undefined
  #ended = false

  constructor (stream: MessageStream, seed: number, deadline: number) {
    this.#pattern = new PatternCheck(seed)
    this.#deadline = deadline
    stream.addEventListener('message', ({ data }) => {
      try {
        this.#pattern.push(data)
      } catch (error: any) {
        // what an event listener throws would end the process
        this.#failure ??= error
      }

      this.#wake?.()
    })
    stream.addEventListener('remoteCloseWrite', () => {
      this.#ended = true
      this.#wake?.()
    })
    stream.addEventListener('close', event => {
      this.#closeEvents.push(event)
      this.#wake?.()
    })
  }

  /** Bytes so far. */
  get length (): number {
    return this.#pattern.length
  }

  get closeEvents (): readonly StreamCloseEvent[] {
    return this.#closeEvents
  }

  /**
   * Waits until so many bytes are there, and checks that there are no more. The
   * deadline starts again whenever bytes come.
   */
  async receives (bytes: number): Promise<void> {
    while (this.length < bytes && this.#failure == null) {
      if (this.#closeEvents.length > 0) {
        throw new TransportSuiteError(`the connection closed after ${this.length} of ${bytes} bytes`, { cause: this.#closeEvents[0]?.error })
      }

      await this.#next(`the arrival of byte ${this.length + 1} of ${bytes}`)
    }

    if (this.#failure != null) {
      throw this.#failure
    }

    if (this.length > bytes) {
      throw new TransportSuiteError(`${this.length} bytes came, ${bytes} were sent`)
    }
  }

  /** Waits for the close event, the only one. */
  async closes (what: string): Promise<StreamCloseEvent> {
    let [event] = this.#closeEvents

    while (event == null) {
      await this.#next(what)
      event = this.#closeEvents[0]
    }

    return event
  }

  /** Waits for the end of what the far end writes. */
  async ends (what: string): Promise<void> {
    while (!this.#ended && this.#closeEvents.length === 0) {
      await this.#next(what)
    }
  }

  async #next (what: string): Promise<void> {
    await within(this.#deadline, what, new Promise<void>(resolve => { this.#wake = resolve }))
  }
}
