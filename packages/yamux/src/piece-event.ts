import { StreamMessageEvent } from '@libp2p/interface'

/**
 * The event of one piece that came in. Has its target from the start: setting it at
 * the dispatch, as for other events, takes longer than all the rest of it.
 */
export class PieceEvent extends StreamMessageEvent {
  override readonly target: EventTarget
  override readonly currentTarget: EventTarget

  constructor (piece: Uint8Array, target: EventTarget) {
    super(piece)
    this.target = target
    this.currentTarget = target
  }
}
