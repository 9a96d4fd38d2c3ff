import { ConnectionTrimmedError } from './errors.ts'
import { ConnectionTrimmer, DEFAULT_TRIMMER_OPTIONS } from './sans-io/connection-trimmer.ts'
import type { SwarmConnection } from './connection.ts'
import type { TrimFacts, TrimmerOptions } from './sans-io/connection-trimmer.ts'
import type { PeerTags } from './sans-io/peer-tags.ts'
import type { Libp2pEvents } from '@libp2p/interface'
import type { Notifiee } from '@libp2p-ws/core'
import type { TypedEventTarget } from 'main-event'

interface Candidate extends TrimFacts {
  connection: SwarmConnection
}

export interface TrimmingInit {
  tags: PeerTags
  options: Partial<TrimmerOptions>

  /** Gets `connection:prune`. */
  events: TypedEventTarget<Libp2pEvents>
  connections(): SwarmConnection[]
}

/** Closes connections above high water: when one opens, and again while there are too many. */
export class Trimming implements Notifiee {
  readonly #init: TrimmingInit
  readonly #trimmer: ConnectionTrimmer
  readonly #options: TrimmerOptions
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (init: TrimmingInit) {
    this.#init = init
    this.#trimmer = new ConnectionTrimmer(init.tags, init.options)
    this.#options = { ...DEFAULT_TRIMMER_OPTIONS, ...init.options }
  }

  connected (): void {
    // those who are told after us hear that a connection opened before they hear that it closed
    queueMicrotask(() => { this.#check() })
  }

  disconnected (): void {
    if (this.#init.connections().length <= this.#options.highWater) {
      clearTimeout(this.#timer)
    }
  }

  #check (): void {
    const connections = this.#init.connections()

    if (connections.length <= this.#options.highWater) {
      return
    }

    const closing = this.#trimmer.trim(connections.map(toCandidate), Date.now())

    if (closing.length > 0) {
      this.#prune(closing.map(({ connection }) => connection))
    }

    // those in their grace or silence period may be closed later
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { this.#check() }, this.#options.silencePeriod)
  }

  #prune (closing: SwarmConnection[]): void {
    this.#init.events.safeDispatchEvent('connection:prune', { detail: closing })

    for (const connection of closing) {
      // what is in use may finish; otherwise the far end is told why, as by go-libp2p
      if (connection.streams.length > 0) {
        void connection.close()
      } else {
        connection.abort(new ConnectionTrimmedError(`too many connections: the one with ${connection.remotePeer} is worth least`))
      }
    }
  }
}

function toCandidate (connection: SwarmConnection): Candidate {
  return {
    connection,
    peer: connection.remotePeer.toString(),
    inbound: connection.direction === 'inbound',
    streams: connection.streams.length,
    opened: connection.timeline.open
  }
}
