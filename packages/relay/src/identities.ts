import { KeyInUseError } from './errors.ts'

/** The right to be a peer, held by one session at a time. */
export interface IdentityClaim {
  /** The session ends: whoever claims the identity now waits for it. */
  closing(): void

  /** Nothing of the session's peer is left. */
  release(): void
}

interface Holder {
  isClosing: boolean
  gone: Promise<void>
}

/** Which peers exist at this relay, so that no key is ever used twice at a time. */
export class Identities {
  readonly #holders = new Map<string, Holder>()

  /**
   * Waits for a holder that is on its way out.
   *
   * @throws {KeyInUseError} when a live session holds it
   */
  async claim (peerId: string): Promise<IdentityClaim> {
    for (let holder = this.#holders.get(peerId); holder !== undefined; holder = this.#holders.get(peerId)) {
      if (!holder.isClosing) {
        throw new KeyInUseError(peerId)
      }

      await holder.gone
    }

    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const holder = { isClosing: false, gone }
    this.#holders.set(peerId, holder)

    return {
      closing: () => {
        holder.isClosing = true
      },
      release: () => {
        this.#holders.delete(peerId)
        resolve()
      }
    }
  }
}
