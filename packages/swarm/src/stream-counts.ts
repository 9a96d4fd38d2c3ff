import type { MessageStreamDirection, Stream } from '@libp2p/interface'

/** How many streams of each protocol and direction one connection carries. */
export class StreamCounts {
  readonly #counts = new Map<string, number>()

  /** Counts `stream` until it closes; returns the count with it. */
  track (stream: Stream, direction: MessageStreamDirection): number {
    const key = `${direction} ${stream.protocol}`
    const count = (this.#counts.get(key) ?? 0) + 1

    // a stream that ended during negotiation has had its 'close' event
    if (stream.status !== 'open' && stream.status !== 'closing') {
      return count
    }

    this.#counts.set(key, count)
    stream.addEventListener('close', () => { this.#release(key) }, { once: true })

    return count
  }

  #release (key: string): void {
    const count = (this.#counts.get(key) ?? 0) - 1

    if (count > 0) {
      this.#counts.set(key, count)
    } else {
      this.#counts.delete(key)
    }
  }
}
