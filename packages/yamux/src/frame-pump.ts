import type { YamuxSession } from './sans-io/session.ts'
import type { ByteChannel } from '@libp2p-ws/core'

/** Bytes of frames that go to the connection in one write: a noise decoder may refuse 16 MiB that came at once. */
const MAX_BATCH: number = 256 * 1024

/** Brings what a session has to send to its channel: once a turn, and no faster than the channel takes it. */
export class FramePump {
  readonly #channel: ByteChannel
  readonly #session: YamuxSession

  /** Called after each pump: the session may have something to say about it. */
  readonly #onPumped: () => void
  #blocked = false
  #stopped = false
  #scheduled = false

  /** What the time is in this turn; asking for it at every frame would show. */
  #time: number | undefined

  constructor (channel: ByteChannel, session: YamuxSession, onPumped: () => void) {
    this.#channel = channel
    this.#session = session
    this.#onPumped = onPumped
  }

  /** In ms, the same until the next pump, which has to follow in the same turn. */
  now (): number {
    this.#time ??= performance.now()

    return this.#time
  }

  /** What is written in one turn goes out together. */
  schedule (): void {
    if (!this.#scheduled) {
      this.#scheduled = true
      queueMicrotask(() => {
        this.#scheduled = false
        this.pump()
      })
    }
  }

  pump (): void {
    while (!this.#blocked && !this.#stopped) {
      const pieces = this.#session.pollTransmit(MAX_BATCH, this.now())

      if (pieces.length === 0) {
        break
      }

      // whoever sent them still holds them, and the slice of a Buffer would be a view of it
      this.#blocked = !this.#channel.write(this.#channel.takesOwnership ? pieces.map(piece => Uint8Array.from(piece)) : pieces)
    }

    this.#time = undefined
    this.#onPumped()
  }

  /** The channel has room again. */
  resume (): void {
    this.#blocked = false
    this.pump()
  }

  /** The channel takes nothing any more. */
  stop (): void {
    this.#stopped = true
  }
}
