import { knownPeer } from '@libp2p-ws/dialer'
import type { ComponentLogger, IdentifyResult, Libp2pEvents, Logger, Metrics, PeerId, PeerStore, PeerUpdate, Topology } from '@libp2p/interface'
import type { TypedEventTarget } from 'main-event'

/** Ms that reading the protocols of a peer that went away may take (js-libp2p's value). */
const PEER_STORE_TIMEOUT = 5_000

export interface TopologiesComponents {
  peerStore: PeerStore
  events: TypedEventTarget<Libp2pEvents>
  logger: ComponentLogger
  metrics?: Metrics
}

interface Registration {
  protocol: string
  topology: Topology
}

/**
 * Tells topologies which peers speak their protocol: `onConnect` once identify
 * has said so, `onDisconnect` when the peer goes away or stops speaking it.
 */
export class Topologies {
  readonly #registrations = new Map<string, Registration>()
  readonly #peerStore: PeerStore
  readonly #log: Logger
  #nextId = 0

  constructor ({ events, logger, metrics, peerStore }: TopologiesComponents) {
    this.#peerStore = peerStore
    this.#log = logger.forComponent('libp2p:registrar')
    events.addEventListener('peer:identify', event => { this.#run(event.detail.peerId, this.#onIdentify(event.detail)) })
    events.addEventListener('peer:update', event => { this.#run(event.detail.peer.id, this.#onUpdate(event.detail)) })
    events.addEventListener('peer:disconnect', event => { this.#run(event.detail, this.#onDisconnect(event.detail)) })
    metrics?.registerMetricGroup('libp2p_registrar_topologies', { calculate: () => this.#countByProtocol() })
  }

  /** Returns an id for `remove`. */
  add (protocol: string, topology: Topology): string {
    const id = `topology-${this.#nextId++}`
    this.#registrations.set(id, { protocol, topology })

    return id
  }

  remove (id: string): void {
    this.#registrations.delete(id)
  }

  of (protocol: string): Topology[] {
    return [...this.#registrations.values()]
      .filter(registration => registration.protocol === protocol)
      .map(({ topology }) => topology)
  }

  async #onIdentify ({ connection, peerId, protocols }: IdentifyResult): Promise<void> {
    await this.#each(protocols, async topology => {
      const unwanted = connection.limits != null && topology.notifyOnLimitedConnection !== true

      if (unwanted || topology.filter?.has(peerId) === true) {
        return
      }

      topology.filter?.add(peerId)
      await topology.onConnect?.(peerId, connection)
    })
  }

  async #onUpdate ({ peer, previous }: PeerUpdate): Promise<void> {
    const removed = (previous?.protocols ?? []).filter(protocol => !peer.protocols.includes(protocol))

    await this.#onGone(peer.id, removed)
  }

  async #onDisconnect (peerId: PeerId): Promise<void> {
    if (this.#registrations.size === 0) {
      return
    }

    // nothing is known of a peer that went away before identify had run
    const peer = await knownPeer(this.#peerStore, peerId, { signal: AbortSignal.timeout(PEER_STORE_TIMEOUT) })
    await this.#onGone(peerId, peer?.protocols ?? [])
  }

  async #onGone (peerId: PeerId, protocols: string[]): Promise<void> {
    await this.#each(protocols, async topology => {
      // never told of the peer, as on a limited connection: nothing to take back
      if (topology.filter?.has(peerId) === false) {
        return
      }

      topology.filter?.remove(peerId)
      await topology.onDisconnect?.(peerId)
    })
  }

  async #each (protocols: string[], tell: (topology: Topology) => Promise<void>): Promise<void> {
    for (const protocol of protocols) {
      await Promise.all(this.of(protocol).map(tell))
    }
  }

  #run (peerId: PeerId, task: Promise<void>): void {
    task.catch(err => { this.#log.error('could not tell topologies of %p - %e', peerId, err) })
  }

  #countByProtocol (): Record<string, number> {
    const counts: Record<string, number> = {}

    for (const { protocol } of this.#registrations.values()) {
      counts[protocol] = (counts[protocol] ?? 0) + 1
    }

    return counts
  }
}
