import { ConnectionTrimmer, DEFAULT_TRIMMER_OPTIONS } from './sans-io/connection-trimmer.ts'
import type { SwarmConnection } from './connection.ts'
import type { TrimFacts, TrimmerOptions } from './sans-io/connection-trimmer.ts'
import type { PeerTags } from './sans-io/peer-tags.ts'

interface Candidate extends TrimFacts {
  connection: SwarmConnection
}

/** Closes connections above high water: when one opens, and again while there are too many. */
export class Trimming {
  readonly #trimmer: ConnectionTrimmer
  readonly #options: TrimmerOptions
  readonly #connections: () => SwarmConnection[]
  readonly #onTrim: (closing: SwarmConnection[]) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (tags: PeerTags, options: Partial<TrimmerOptions>, connections: () => SwarmConnection[], onTrim: (closing: SwarmConnection[]) => void) {
    this.#trimmer = new ConnectionTrimmer(tags, options)
    this.#options = { ...DEFAULT_TRIMMER_OPTIONS, ...options }
    this.#connections = connections
    this.#onTrim = onTrim
  }

  check (): void {
    const connections = this.#connections()

    if (connections.length <= this.#options.highWater) {
      return
    }

    const closing = this.#trimmer.trim(connections.map(toCandidate), Date.now())

    if (closing.length > 0) {
      this.#onTrim(closing.map(({ connection }) => connection))
    }

    // those in their grace or silence period may be closed later
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => { this.check() }, this.#options.silencePeriod)
  }

  stop (): void {
    clearTimeout(this.#timer)
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
