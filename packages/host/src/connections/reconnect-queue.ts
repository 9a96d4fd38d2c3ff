import { KEEP_ALIVE } from '@libp2p/interface'
import { knownPeer } from '@libp2p-ws/dialer'
import { setMaxListeners } from 'main-event'
import { delay } from '../delay.ts'
import type { ConnectionManagerInit } from './init.ts'
import type { ComponentLogger, Libp2pEvents, Logger, Metrics, Peer, PeerId, PeerStore, Startable } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

/** js-libp2p's defaults. */
export const RECONNECT_RETRIES = 5
export const RECONNECT_RETRY_INTERVAL = 1_000
export const RECONNECT_BACKOFF_FACTOR = 2
export const MAX_PARALLEL_RECONNECTS = 5

export interface ReconnectQueueComponents {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  metrics?: Metrics
}

/** Gets back to peers that carry a `keep-alive` tag: when they go away, and when the node starts. */
export class ReconnectQueue implements Startable {
  readonly #components: ReconnectQueueComponents

  /** Peers with such a tag at their last update, so that the peer store is not read for every peer that goes away. */
  readonly #tagged = new Set<string>()
  readonly #waiting = new Map<string, Peer>()
  readonly #running = new Set<string>()
  readonly #maxParallel: number
  readonly #retries: number
  readonly #interval: number
  readonly #factor: number
  readonly #beforeAttempt: (peer: PeerId) => void
  readonly #log: Logger
  #stopping: AbortController | undefined

  /** Calls `beforeAttempt` before it dials a peer again: the pauses here are all the backoff there is. */
  constructor (components: ReconnectQueueComponents, init: ConnectionManagerInit, beforeAttempt: (peer: PeerId) => void) {
    this.#components = components
    this.#beforeAttempt = beforeAttempt
    this.#log = components.logger.forComponent('libp2p:reconnect-queue')
    this.#retries = init.reconnectRetries ?? RECONNECT_RETRIES
    this.#interval = init.reconnectRetryInterval ?? RECONNECT_RETRY_INTERVAL
    this.#factor = init.reconnectBackoffFactor ?? RECONNECT_BACKOFF_FACTOR
    this.#maxParallel = init.maxParallelReconnects ?? MAX_PARALLEL_RECONNECTS
    components.metrics?.registerMetricGroup('libp2p_reconnect_queue', {
      calculate: () => ({ size: this.#waiting.size + this.#running.size, running: this.#running.size, queued: this.#waiting.size })
    })
    components.events.addEventListener('peer:update', event => { this.#remember(event.detail.peer) })
    components.events.addEventListener('peer:disconnect', event => {
      this.#onDisconnect(event.detail).catch(err => { this.#log.error('could not reconnect to %p - %e', event.detail, err) })
    })
  }

  start (): void {
    this.#stopping = new AbortController()
    setMaxListeners(Infinity, this.#stopping.signal)
  }

  /** Not awaited by the start of the node: peers may take their time. */
  afterStart (): void {
    this.#connectToAll().catch(err => { this.#log.error('could not connect to keep-alive peers - %e', err) })
  }

  stop (): void {
    this.#stopping?.abort()
    this.#stopping = undefined
    this.#waiting.clear()
  }

  async #connectToAll (): Promise<void> {
    const { connectionManager, peerStore } = this.#components
    const peers = await peerStore.all({ filters: [isKeptAlive] })
    peers.forEach(peer => { this.#remember(peer) })

    await Promise.all(peers.map(async ({ id }) => {
      await connectionManager.openConnection(id).catch(err => { this.#log.error('could not connect to keep-alive peer %p - %e', id, err) })
    }))
  }

  #remember (peer: Peer): void {
    if (isKeptAlive(peer)) {
      this.#tagged.add(peer.id.toString())
    } else {
      this.#tagged.delete(peer.id.toString())
    }
  }

  async #onDisconnect (peerId: PeerId): Promise<void> {
    const stopping = this.#stopping?.signal

    if (stopping == null || !this.#tagged.has(peerId.toString())) {
      return
    }

    // the tag may have expired, and the peer with it
    const peer = await knownPeer(this.#components.peerStore, peerId)

    if (peer == null) {
      this.#tagged.delete(peerId.toString())
    } else if (!stopping.aborted && isKeptAlive(peer) && !this.#running.has(peerId.toString())) {
      this.#waiting.set(peerId.toString(), peer)
      this.#startNext()
    }
  }

  #startNext (): void {
    const stopping = this.#stopping?.signal

    for (const [id, peer] of this.#waiting) {
      if (stopping == null || this.#running.size >= this.#maxParallel) {
        return
      }

      this.#waiting.delete(id)
      this.#running.add(id)
      void this.#run(peer, stopping).finally(() => {
        this.#running.delete(id)
        this.#startNext()
      })
    }
  }

  async #run (peer: Peer, stopping: AbortSignal): Promise<void> {
    try {
      await this.#reconnect(peer.id, stopping)
    } catch (err) {
      if (!stopping.aborted) {
        await this.#giveUp(peer, err).catch(err => { this.#log.error('could not give up on %p - %e', peer.id, err) })
      }
    }
  }

  async #reconnect (peerId: PeerId, stopping: AbortSignal): Promise<void> {
    // p-retry's rhythm, as js-libp2p: at once, then after growing pauses
    for (let attempt = 0; ; attempt++) {
      try {
        this.#beforeAttempt(peerId)
        await this.#components.connectionManager.openConnection(peerId)
        return
      } catch (err) {
        this.#log('attempt %d of %d to reconnect to %p failed - %e', attempt + 1, this.#retries + 1, peerId, err)

        if (stopping.aborted || attempt >= this.#retries) {
          throw err
        }

        await delay(this.#interval * this.#factor ** attempt, stopping)
      }
    }
  }

  async #giveUp (peer: Peer, err: unknown): Promise<void> {
    this.#log.error('gave up reconnecting to %p - %e', peer.id, err)
    const tags = [...peer.tags.keys()].filter(tag => tag.startsWith(KEEP_ALIVE))

    await this.#components.peerStore.merge(peer.id, { tags: Object.fromEntries(tags.map(tag => [tag, undefined])) })
    this.#components.events.safeDispatchEvent('peer:reconnect-failure', { detail: peer.id })
  }
}

function isKeptAlive (peer: Peer): boolean {
  return [...peer.tags.keys()].some(tag => tag.startsWith(KEEP_ALIVE))
}
