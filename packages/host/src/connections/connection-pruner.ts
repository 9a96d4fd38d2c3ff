import { PeerMap } from '@libp2p/peer-collections'
import { knownPeer } from '@libp2p-ws/dialer'
import { IPList } from './ip-list.ts'
import type { ComponentLogger, Connection, Libp2pEvents, Logger, PeerId, PeerStore } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { TypedEventTarget } from 'main-event'

/** Ms that a pruned connection may take to close (js-libp2p's value). */
const CLOSE_TIMEOUT = 1_000

/** Protocols that run by themselves on every connection: nobody opened it for one of these. */
const BACKGROUND_PROTOCOLS = new Set([
  '/ipfs/id/1.0.0',
  '/ipfs/id/push/1.0.0',
  '/libp2p/autonat/1.0.0',
  '/libp2p/dcutr'
])

export interface ConnectionPrunerComponents {
  connectionManager: ConnectionManager
  peerStore: PeerStore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
}

/** Closes the connections of least value when there are more than `maxConnections`. */
export class ConnectionPruner {
  readonly #components: ConnectionPrunerComponents
  readonly #allow: IPList
  readonly #log: Logger
  readonly #onOpen = (): void => { this.prune() }

  constructor (components: ConnectionPrunerComponents, allow: string[] = []) {
    this.#components = components
    this.#allow = new IPList(allow)
    this.#log = components.logger.forComponent('libp2p:connection-manager:connection-pruner')
  }

  start (): void {
    this.#components.events.addEventListener('connection:open', this.#onOpen)
  }

  stop (): void {
    this.#components.events.removeEventListener('connection:open', this.#onOpen)
  }

  prune (): void {
    this.#prune().catch(err => { this.#log.error('could not prune connections - %e', err) })
  }

  async #prune (): Promise<void> {
    const { connectionManager, events } = this.#components
    const connections = connectionManager.getConnections()
    const surplus = connections.length - connectionManager.getMaxConnections()

    if (surplus <= 0) {
      return
    }

    const values = await this.#peerValues(connections)
    const pruned = leastValuableFirst(connections, values)
      .filter(({ remoteAddr }) => !this.#allow.contains(remoteAddr))
      .slice(0, surplus)

    this.#log('%d connections too many, closing %d', surplus, pruned.length)
    await Promise.all(pruned.map(closeIfUnused))
    events.safeDispatchEvent('connection:prune', { detail: pruned })
  }

  /** What the tags of each peer add up to. */
  async #peerValues (connections: Connection[]): Promise<PeerMap<number>> {
    const values = new PeerMap<number>()

    await Promise.all(connections.map(async ({ remotePeer }) => {
      if (!values.has(remotePeer)) {
        values.set(remotePeer, 0)
        values.set(remotePeer, await this.#peerValue(remotePeer))
      }
    }))

    return values
  }

  async #peerValue (peerId: PeerId): Promise<number> {
    try {
      const peer = await knownPeer(this.#components.peerStore, peerId)

      return [...peer?.tags.values() ?? []].reduce((sum, { value }) => sum + value, 0)
    } catch (err) {
      this.#log.error('could not read the tags of %p - %e', peerId, err)

      return 0
    }
  }
}

/** By the value of the peer, then fewest streams, then inbound, then newest. */
function leastValuableFirst (connections: Connection[], values: PeerMap<number>): Connection[] {
  const value = ({ remotePeer }: Connection): number => values.get(remotePeer) ?? 0
  const outbound = ({ direction }: Connection): number => direction === 'outbound' ? 1 : 0

  return [...connections].sort((a, b) =>
    value(a) - value(b) ||
    a.streams.length - b.streams.length ||
    outbound(a) - outbound(b) ||
    b.timeline.open - a.timeline.open
  )
}

async function closeIfUnused (connection: Connection): Promise<void> {
  if (connection.streams.some(({ protocol }) => protocol !== '' && !BACKGROUND_PROTOCOLS.has(protocol))) {
    return
  }

  try {
    await connection.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT) })
  } catch (err) {
    connection.abort(err instanceof Error ? err : new Error(String(err)))
  }
}
