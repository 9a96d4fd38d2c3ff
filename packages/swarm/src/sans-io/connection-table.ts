import { bestConnection } from './best-connection.ts'
import type { ConnectionFacts } from './best-connection.ts'

export type PeerConnectedness = 'not-connected' | 'connected' | 'limited'

//              add (first)
//   not-connected ─────────▶ connected or limited ◀─┐ add, remove
//                 ◀─────────                      ──┘
//               remove (last)

/**
 * Which connections are open to which peer. Peers are compared by their text
 * form. Every connection is in the table once.
 */
export class ConnectionTable<Connection> {
  readonly #peers = new Map<string, Connection[]>()
  readonly #facts: (connection: Connection) => ConnectionFacts
  #size = 0

  constructor (facts: (connection: Connection) => ConnectionFacts) {
    this.#facts = facts
  }

  /** Connections, not peers. */
  get size (): number {
    return this.#size
  }

  /** Returns whether this is the first connection to `peer`. */
  add (peer: string, connection: Connection): boolean {
    const connections = this.#peers.get(peer)
    this.#size++

    if (connections == null) {
      this.#peers.set(peer, [connection])
      return true
    }

    connections.push(connection)
    return false
  }

  /** Returns whether the connection was there, and whether it was the last one to `peer`. */
  remove (peer: string, connection: Connection): { removed: boolean, last: boolean } {
    const connections = this.#peers.get(peer)
    const index = connections?.indexOf(connection) ?? -1

    if (connections == null || index === -1) {
      return { removed: false, last: false }
    }

    connections.splice(index, 1)
    this.#size--

    if (connections.length > 0) {
      return { removed: true, last: false }
    }

    this.#peers.delete(peer)
    return { removed: true, last: true }
  }

  /** A copy, in the order in which they were opened. */
  to (peer: string): Connection[] {
    return [...this.#peers.get(peer) ?? []]
  }

  all (): Connection[] {
    return [...this.#peers.values()].flat()
  }

  peers (): string[] {
    return [...this.#peers.keys()]
  }

  /** The connection that new streams to `peer` should go to. */
  best (peer: string): Connection | undefined {
    const connections = this.#peers.get(peer) ?? []

    return connections[bestConnection(connections.map(this.#facts))]
  }

  /** `limited` when every connection to `peer` is. */
  connectedness (peer: string): PeerConnectedness {
    const best = this.best(peer)

    if (best == null) {
      return 'not-connected'
    }

    return this.#facts(best).limited ? 'limited' : 'connected'
  }
}
