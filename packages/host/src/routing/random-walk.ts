import { AbortError } from '@libp2p/interface'
import { setMaxListeners } from 'main-event'
import { raceSignal } from 'race-signal'
import { delay } from '../delay.ts'
import type { AbortOptions, ComponentLogger, Logger, PeerInfo, PeerRouting, Startable } from '@libp2p/interface'
import type { RandomWalk as RandomWalkInterface } from '@libp2p/interface-internal'

/** Ms before the next query after one that found nobody: an empty routing table answers at once. */
const EMPTY_QUERY_PAUSE = 1_000

/** Bytes of a random key, as long as the SHA-256 hashes that the DHT compares. */
const KEY_LENGTH = 32

export interface RandomWalkComponents {
  peerRouting: PeerRouting
  logger: ComponentLogger
}

interface Query {
  /** The answers for one random key. */
  peers: AsyncIterator<PeerInfo>

  /** How many there were. */
  found: number

  /** Ends this and the queries after it. */
  controller: AbortController
}

/**
 * Finds peers by looking for random keys. Everybody who walks at one time shares
 * one query, and it goes on only while somebody waits for the next peer.
 */
export class RandomWalk implements RandomWalkInterface, Startable {
  readonly #components: RandomWalkComponents
  readonly #log: Logger
  readonly #waiting = new Set<PromiseWithResolvers<PeerInfo>>()
  #query: Query | undefined
  #walkers = 0
  #running = false
  #stopped = false

  constructor (components: RandomWalkComponents) {
    this.#components = components
    this.#log = components.logger.forComponent('libp2p:random-walk')
  }

  get [Symbol.toStringTag] (): string {
    return '@libp2p/random-walk'
  }

  start (): void {
    this.#stopped = false
  }

  stop (): void {
    this.#stopped = true
    this.#endQuery()
    this.#settle(waiter => { waiter.reject(new AbortError('the node was stopped')) })
  }

  /**
   * Peers found on the way to random keys; ends when the caller stops asking.
   *
   * @throws {Error} the signal's reason, the query's error, or `AbortError` when the node stops
   */
  async * walk (options: AbortOptions = {}): AsyncGenerator<PeerInfo> {
    this.#walkers++

    try {
      while (true) {
        yield await this.#next(options.signal)
      }
    } finally {
      this.#walkers--

      if (this.#walkers === 0) {
        this.#endQuery()
      }
    }
  }

  async #next (signal: AbortSignal | undefined): Promise<PeerInfo> {
    signal?.throwIfAborted()

    if (this.#stopped) {
      throw new AbortError('the node was stopped')
    }

    const waiter = Promise.withResolvers<PeerInfo>()
    const onAbort = (): void => { waiter.reject(signal?.reason) }
    signal?.addEventListener('abort', onAbort, { once: true })
    this.#waiting.add(waiter)

    if (!this.#running) {
      void this.#run()
    }

    try {
      return await waiter.promise
    } finally {
      this.#waiting.delete(waiter)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  /** Takes peers from the query, each for everybody who waits by then, until nobody does. */
  async #run (): Promise<void> {
    this.#running = true

    while (this.#waiting.size > 0) {
      const query = this.#query ??= this.#startQuery()

      try {
        const peer = await raceSignal(this.#pull(query), query.controller.signal)
        this.#settle(waiter => { waiter.resolve(peer) })
      } catch (err) {
        // ended because nobody waited any more; by now somebody may again
        if (this.#query === query) {
          this.#log.error('random walk failed - %e', err)
          this.#endQuery()
          this.#settle(waiter => { waiter.reject(err) })
        }
      }
    }

    this.#running = false
  }

  async #pull (query: Query): Promise<PeerInfo> {
    while (true) {
      const { done, value } = await query.peers.next()

      if (done !== true) {
        query.found++
        return value
      }

      if (query.found === 0) {
        await delay(EMPTY_QUERY_PAUSE, query.controller.signal)
      }

      query.peers = this.#closestToRandom(query.controller.signal)
      query.found = 0
    }
  }

  #startQuery (): Query {
    const controller = new AbortController()
    setMaxListeners(Infinity, controller.signal)

    return { peers: this.#closestToRandom(controller.signal), found: 0, controller }
  }

  #closestToRandom (signal: AbortSignal): AsyncIterator<PeerInfo> {
    const key = crypto.getRandomValues(new Uint8Array(KEY_LENGTH))

    return this.#components.peerRouting.getClosestPeers(key, { signal })[Symbol.asyncIterator]()
  }

  #endQuery (): void {
    this.#query?.controller.abort()
    this.#query = undefined
  }

  #settle (settle: (waiter: PromiseWithResolvers<PeerInfo>) => void): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    waiting.forEach(settle)
  }
}
