import { KEEP_ALIVE } from '@libp2p/interface'
import { PeerQueue } from '@libp2p/utils'
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
  readonly #queue: PeerQueue<void, { peerId: PeerId, signal?: AbortSignal }>
  readonly #retries: number
  readonly #interval: number
  readonly #factor: number
  readonly #log: Logger
  #stopping: AbortController | undefined

  constructor (components: ReconnectQueueComponents, init: ConnectionManagerInit = {}) {
    this.#components = components
    this.#log = components.logger.forComponent('libp2p:reconnect-queue')
    this.#retries = init.reconnectRetries ?? RECONNECT_RETRIES
    this.#interval = init.reconnectRetryInterval ?? RECONNECT_RETRY_INTERVAL
    this.#factor = init.reconnectBackoffFactor ?? RECONNECT_BACKOFF_FACTOR
    this.#queue = new PeerQueue({
      concurrency: init.maxParallelReconnects ?? MAX_PARALLEL_RECONNECTS,
      metricName: 'libp2p_reconnect_queue',
      ...(components.metrics == null ? {} : { metrics: components.metrics })
    })
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
    this.#queue.abort()
  }

  async #connectToAll (): Promise<void> {
    const { connectionManager, peerStore } = this.#components
    const peers = await peerStore.all({ filters: [isKeptAlive] })

    await Promise.all(peers.map(async ({ id }) => {
      await connectionManager.openConnection(id).catch(err => { this.#log.error('could not connect to keep-alive peer %p - %e', id, err) })
    }))
  }

  async #onDisconnect (peerId: PeerId): Promise<void> {
    const stopping = this.#stopping?.signal

    if (stopping == null) {
      return
    }

    const peer = await this.#components.peerStore.get(peerId)

    if (stopping.aborted || !isKeptAlive(peer) || this.#queue.has(peerId)) {
      return
    }

    try {
      await this.#queue.add(async () => this.#reconnect(peerId, stopping), { peerId })
    } catch (err) {
      if (!stopping.aborted) {
        await this.#giveUp(peer, err)
      }
    }
  }

  async #reconnect (peerId: PeerId, signal: AbortSignal): Promise<void> {
    // p-retry's rhythm, as js-libp2p: at once, then after growing pauses
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#components.connectionManager.openConnection(peerId, { signal })
        return
      } catch (err) {
        this.#log('attempt %d of %d to reconnect to %p failed - %e', attempt + 1, this.#retries + 1, peerId, err)

        if (signal.aborted || attempt >= this.#retries) {
          throw err
        }

        await delay(this.#interval * this.#factor ** attempt, signal)
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
