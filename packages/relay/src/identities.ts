import { KeyInUseError } from './errors.ts'
import type { Clock } from '@libp2p-ws/core'

/**
 * A page that is loaded again may send its key before the WebSocket that it
 * had before is seen to close. In milliseconds.
 */
const GRACE = 500

/** The right to be a peer, held by one session at a time. */
export interface IdentityClaim {
  /** The session ends: whoever claims the identity now waits for it. */
  closing(): void

  /** Nothing of the session's peer is left. */
  release(): void
}

interface Holder {
  closing: PromiseWithResolvers<void>
  gone: PromiseWithResolvers<void>
}

/** Which peers exist at this relay, so that no key is ever used twice at a time. */
export class Identities {
  readonly #clock: Clock
  readonly #holders = new Map<string, Holder>()

  constructor (clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits for a holder that is on its way out.
   *
   * @throws {KeyInUseError} when a live session holds it
   */
  async claim (peerId: string): Promise<IdentityClaim> {
    for (let holder = this.#holders.get(peerId); holder !== undefined; holder = this.#holders.get(peerId)) {
      await this.#closing(peerId, holder)
      await holder.gone.promise
    }

    const { closing, gone }: Holder = { closing: Promise.withResolvers<void>(), gone: Promise.withResolvers<void>() }
    this.#holders.set(peerId, { closing, gone })

    return {
      closing: () => { closing.resolve() },
      release: () => {
        this.#holders.delete(peerId)
        closing.resolve()
        gone.resolve()
      }
    }
  }

  async #closing (peerId: string, { closing }: Holder): Promise<void> {
    const tooLate = Promise.withResolvers<never>()
    const timer = this.#clock.setTimeout(() => { tooLate.reject(new KeyInUseError(peerId)) }, GRACE)

    try {
      await Promise.race([closing.promise, tooLate.promise])
    } finally {
      timer.cancel()
    }
  }
}
