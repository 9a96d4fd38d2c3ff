import { StreamStateError } from '@libp2p/interface'
import type { ProtocolUse } from './protocol-use.ts'
import type { MessageStreamDirection, Stream } from '@libp2p/interface'
import type { ResourceReservation } from '@libp2p-ws/core'

/** What a stream holds until it closes: its reservation, and its place among the streams of its protocol. */
export class StreamHold {
  readonly #direction: MessageStreamDirection
  readonly #reservation: ResourceReservation | undefined
  #use: ProtocolUse | undefined
  #released = false

  /**
   * Releases `reservation` when the stream closes.
   *
   * @throws {StreamStateError} for a stream that has closed
   */
  constructor (stream: Stream, direction: MessageStreamDirection, reservation: ResourceReservation | undefined) {
    // a closed one has had its 'close' event: what is held would be held for ever
    if (stream.status !== 'open' && stream.status !== 'closing') {
      reservation?.release()
      throw new StreamStateError(`the stream is ${stream.status}`)
    }

    this.#direction = direction
    this.#reservation = reservation
    stream.addEventListener('close', () => { this.#release() }, { once: true })
  }

  /**
   * The protocol is settled. Returns how many streams speak it on the connection, with this one.
   *
   * @throws {ResourceLimitError} when there are too many
   */
  settle (protocol: string, use: ProtocolUse): number {
    this.#reservation?.setProtocol(protocol)

    if (this.#released) {
      return use[this.#direction] + 1
    }

    this.#use = use

    return ++use[this.#direction]
  }

  #release (): void {
    this.#released = true
    this.#reservation?.release()

    if (this.#use != null) {
      this.#use[this.#direction]--
    }
  }
}
