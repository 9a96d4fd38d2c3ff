import { DuplicateConnectionError } from './errors.ts'
import { isPreferred } from './sans-io/best-connection.ts'
import type { SwarmConnection } from './connection.ts'

/** Ms for which a duplicate must have been without streams before it is closed: rust-libp2p's idle time. */
export const DUPLICATE_IDLE_TIMEOUT = 10_000

/**
 * Closes the second connection of two peers that dialed each other at the same
 * moment. Only direct, unlimited pairs of opposite directions count, only the one
 * that both ends of ours do not prefer is closed, and only after it has been idle:
 * a stream in flight is never cut, and a peer with another rule that goes on
 * using it keeps it. The far end is told the code `SUPPLANTED` (libp2p spec, error codes).
 */
export class Duplicates {
  readonly #timers = new Map<SwarmConnection, ReturnType<typeof setTimeout>>()
  readonly #idle: number

  constructor (idle: number = DUPLICATE_IDLE_TIMEOUT) {
    this.#idle = idle
  }

  /** To be called when a connection opens, with all of them to that peer. */
  check (connections: readonly SwarmConnection[]): void {
    const plain = connections.filter(({ direct, limits }) => direct && limits == null)
    const spares = plain.filter(connection => !preferred(connection))

    if (spares.length === plain.length) {
      return
    }

    for (const spare of spares.filter(connection => !this.#timers.has(connection))) {
      this.#watch(spare, this.#idle)
    }
  }

  forget (connection: SwarmConnection): void {
    clearTimeout(this.#timers.get(connection))
    this.#timers.delete(connection)
  }

  stop (): void {
    for (const timer of this.#timers.values()) {
      clearTimeout(timer)
    }

    this.#timers.clear()
  }

  #watch (spare: SwarmConnection, delay: number): void {
    this.#timers.set(spare, setTimeout(() => {
      const { streams, opened, lastStream } = spare.stat
      const idle = Date.now() - (lastStream ?? opened)

      if (streams > 0 || idle < this.#idle) {
        this.#watch(spare, streams > 0 ? this.#idle : this.#idle - idle)
        return
      }

      this.#timers.delete(spare)
      spare.abort(new DuplicateConnectionError(`another connection with ${spare.remotePeer} took its place`))
    }, delay))
  }
}

function preferred ({ localPeer, remotePeer, direction }: SwarmConnection): boolean {
  return isPreferred(localPeer.toString(), remotePeer.toString(), direction)
}
