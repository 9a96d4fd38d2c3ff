import { Duplicates } from './duplicates.ts'
import { isPreferred } from './sans-io/best-connection.ts'
import { ConnectionTable } from './sans-io/connection-table.ts'
import type { SwarmConnection } from './connection.ts'
import type { Notifiees } from './notifiees.ts'
import type { Libp2pEvents, PeerId } from '@libp2p/interface'
import type { Connectedness, DialPeerOptions } from '@libp2p-ws/core'
import type { TypedEventTarget } from 'main-event'

export interface ConnectionSetInit {
  events: TypedEventTarget<Libp2pEvents>
  notifiees: Notifiees
  duplicateIdleTimeout: number | undefined
}

/** The open connections. Says who came and who went, and closes what there is too much of. */
export class ConnectionSet {
  readonly #init: ConnectionSetInit
  readonly #peerIds = new Map<string, PeerId>()
  readonly #duplicates: Duplicates
  readonly #table = new ConnectionTable<SwarmConnection>(connection => ({
    limited: connection.limits != null,
    direct: connection.direct,
    streams: connection.streams.length,
    preferred: isPreferred(connection.localPeer.toString(), connection.remotePeer.toString(), connection.direction)
  }))

  constructor (init: ConnectionSetInit) {
    this.#init = init
    this.#duplicates = new Duplicates(init.duplicateIdleTimeout)
  }

  /** `connection` must be open. */
  add (connection: SwarmConnection): void {
    const { events, notifiees } = this.#init
    const { remotePeer } = connection
    const peer = remotePeer.toString()
    const first = this.#table.add(peer, connection)
    this.#peerIds.set(peer, remotePeer)
    connection.addEventListener('close', () => { this.#onClose(connection) }, { once: true })

    events.safeDispatchEvent('connection:open', { detail: connection })

    if (first) {
      events.safeDispatchEvent('peer:connect', { detail: remotePeer })
    }

    notifiees.connected(connection)
    this.#duplicates.check(this.to(remotePeer))
  }

  all (): SwarmConnection[] {
    return this.#table.all()
  }

  to (peer: PeerId): SwarmConnection[] {
    return this.#table.to(peer.toString())
  }

  best (peer: PeerId): SwarmConnection | undefined {
    return this.#table.best(peer.toString())
  }

  /** The best connection to `peer`, when it is open and what the options ask for. */
  usable (peer: PeerId, { forceDirect, allowLimited }: DialPeerOptions): SwarmConnection | undefined {
    const best = this.best(peer)

    if (best == null || best.status !== 'open' || (forceDirect === true && !best.direct)) {
      return undefined
    }

    return best.limits != null && (forceDirect === true || allowLimited === false) ? undefined : best
  }

  peers (): PeerId[] {
    return [...this.#peerIds.values()]
  }

  connectedness (peer: PeerId): Connectedness {
    return this.#table.connectedness(peer.toString())
  }

  async close (): Promise<void> {
    this.#duplicates.stop()
    await Promise.all(this.all().map(async connection => connection.close()))
  }

  #onClose (connection: SwarmConnection): void {
    const { events, notifiees } = this.#init
    const peer = connection.remotePeer.toString()
    const { removed, last } = this.#table.remove(peer, connection)

    if (!removed) {
      return
    }

    this.#duplicates.forget(connection)

    if (last) {
      this.#peerIds.delete(peer)
    }

    events.safeDispatchEvent('connection:close', { detail: connection })

    if (last) {
      events.safeDispatchEvent('peer:disconnect', { detail: connection.remotePeer })
    }

    notifiees.disconnected(connection)
  }
}
