/** How a tag's value shrinks by itself. */
export interface Decay {
  /** Ms between two steps. */
  interval: number

  /** The value after one step; 0 or less removes the tag. */
  step(value: number): number
}

interface Tag {
  value: number
  decay?: Decay

  /** When the last step of decay was taken. */
  since: number
}

/** Takes `by` off at each step (go-libp2p `DecayFixed`). */
export function decayFixed (by: number): Decay['step'] {
  return value => value - by
}

/** Multiplies by `coefficient`, 0 to 1, at each step (go-libp2p `DecayLinear`). */
export function decayLinear (coefficient: number): Decay['step'] {
  return value => Math.floor(value * coefficient)
}

/** What peers are worth to us: named values that add up, and may decay. Decay is worked out when a value is read. */
export class PeerTags {
  readonly #peers = new Map<string, Map<string, Tag>>()
  readonly #protected = new Map<string, Set<string>>()

  set (peer: string, name: string, value: number, now: number, decay?: Decay): void {
    const tags = this.#peers.get(peer) ?? new Map<string, Tag>()
    this.#peers.set(peer, tags.set(name, { value, since: now, ...decay != null && { decay } }))
  }

  /** Adds to what the tag is worth now; a tag that is not there is set. */
  bump (peer: string, name: string, delta: number, now: number, decay?: Decay): void {
    const tag = this.#current(peer, name, now)
    this.set(peer, name, (tag?.value ?? 0) + delta, tag?.since ?? now, tag?.decay ?? decay)
  }

  remove (peer: string, name: string): void {
    const tags = this.#peers.get(peer)
    tags?.delete(name)

    if (tags?.size === 0) {
      this.#peers.delete(peer)
    }
  }

  /** Sum of the peer's tags; 0 for a peer without any. */
  value (peer: string, now: number): number {
    const names = [...this.#peers.get(peer)?.keys() ?? []]

    return names.reduce((sum, name) => sum + (this.#current(peer, name, now)?.value ?? 0), 0)
  }

  /** A protected peer is not trimmed until everybody who protected it has let go. */
  protect (peer: string, reason: string): void {
    this.#protected.set(peer, (this.#protected.get(peer) ?? new Set()).add(reason))
  }

  /** Returns whether the peer is still protected for another reason. */
  unprotect (peer: string, reason: string): boolean {
    const reasons = this.#protected.get(peer)
    reasons?.delete(reason)

    if (reasons?.size === 0) {
      this.#protected.delete(peer)
    }

    return this.#protected.has(peer)
  }

  isProtected (peer: string): boolean {
    return this.#protected.has(peer)
  }

  #current (peer: string, name: string, now: number): Tag | undefined {
    const tag = this.#peers.get(peer)?.get(name)

    if (tag?.decay == null) {
      return tag
    }

    while (tag.value > 0 && now - tag.since >= tag.decay.interval) {
      tag.value = tag.decay.step(tag.value)
      tag.since += tag.decay.interval
    }

    if (tag.value <= 0) {
      this.remove(peer, name)
      return undefined
    }

    return tag
  }
}
