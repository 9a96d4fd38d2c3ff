import { StreamMessageEvent } from '@libp2p/interface'
import type { ReleasableMessage } from '@libp2p-ws/core'

/**
 * The event of one piece that came in. Has its target from the start: setting it at
 * the dispatch, as for other events, takes longer than all the rest of it.
 */
export class PieceEvent extends StreamMessageEvent implements ReleasableMessage {
  override readonly target: EventTarget
  override readonly currentTarget: EventTarget
  #released = false

  constructor (piece: Uint8Array, target: EventTarget) {
    super(piece)
    this.target = target
    this.currentTarget = target
  }

  get released (): boolean {
    return this.#released
  }

  release (): void {
    this.#released = true
  }
}
