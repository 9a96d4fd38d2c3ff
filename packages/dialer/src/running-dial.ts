import { AbortError } from '@libp2p/interface'
import { DEFAULT_DIAL_PRIORITY } from './sans-io/constants.ts'
import type { CandidateFeed } from './candidate-feed.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { ConnectOptions, DialPeerOptions } from '@libp2p-ws/core'

/** One for all, since an error costs more to make than a search to end. */
const ENDED = new AbortError('the dial has ended')

/** Somebody who waits for a connection. */
export interface Caller {
  readonly peer: PeerId | undefined
  readonly options: DialPeerOptions
  resolve(connection: Connection): void
  reject(error: Error): void
}

/** What the driver keeps for one dial of the scheduler. */
export class RunningDial {
  readonly peer: PeerId | undefined
  readonly callers: Set<Caller> = new Set()

  /** The host's candidates. */
  lookup: CandidateFeed | undefined
  readonly #lookups = new AbortController()

  constructor (peer: PeerId | undefined) {
    this.peer = peer
  }

  /** Ends the search for candidates. */
  get signal (): AbortSignal {
    return this.#lookups.signal
  }

  /** The highest of its callers. */
  get priority (): number {
    return Math.max(...[...this.callers].map(({ options }) => options.priority ?? DEFAULT_DIAL_PRIORITY))
  }

  get wantsProgress (): boolean {
    return [...this.callers].some(({ options }) => options.onProgress !== undefined)
  }

  /** Tells all callers how their dial is going. */
  readonly progress: NonNullable<ConnectOptions['onProgress']> = event => {
    for (const { options } of this.callers) {
      options.onProgress?.(event)
    }
  }

  end (): void {
    this.#lookups.abort(ENDED)
    this.callers.clear()
  }
}
