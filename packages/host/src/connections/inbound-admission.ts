import { tryGetNetConfig } from '@libp2p/utils'
import { IPList } from './ip-list.ts'
import { RateWindow } from './rate-window.ts'
import type { ConnectionManagerInit } from './init.ts'
import type { ComponentLogger, Logger, MultiaddrConnection } from '@libp2p/interface'

/** Inbound connections of one host in a second, at the most (js-libp2p's default). */
export const INBOUND_CONNECTION_THRESHOLD = 5

/** Inbound connections whose upgrade is under way, at the most (js-libp2p's default). */
export const MAX_INCOMING_PENDING_CONNECTIONS = 10

/** Decides which inbound connections are looked at at all. */
export class InboundAdmission {
  readonly #allow: IPList
  readonly #deny: IPList
  readonly #maxPending: number
  readonly #hasRoom: () => boolean
  readonly #perHost: RateWindow
  readonly #log: Logger
  #pending = 0

  /**
   * @param logger - of the node
   * @param init - the lists and limits
   * @param hasRoom - whether there may be one more connection
   */
  constructor (logger: ComponentLogger, init: ConnectionManagerInit, hasRoom: () => boolean) {
    this.#allow = new IPList(init.allow)
    this.#deny = new IPList(init.deny)
    this.#maxPending = init.maxIncomingPendingConnections ?? MAX_INCOMING_PENDING_CONNECTIONS
    this.#hasRoom = hasRoom
    this.#perHost = new RateWindow(init.inboundConnectionThreshold ?? INBOUND_CONNECTION_THRESHOLD, 1_000)
    this.#log = logger.forComponent('libp2p:connection-manager')
  }

  /** Inbound connections whose upgrade is under way. */
  get pending (): number {
    return this.#pending
  }

  /** True: taken, and `release` has to be called once when its upgrade has ended. */
  accept ({ remoteAddr }: MultiaddrConnection): boolean {
    const refusal = this.#refusal(remoteAddr)

    if (refusal != null) {
      this.#log('connection from %a refused - %s', remoteAddr, refusal)
      return false
    }

    this.#pending++
    return true
  }

  release (): void {
    this.#pending--
  }

  #refusal (address: MultiaddrConnection['remoteAddr']): string | undefined {
    if (this.#deny.contains(address)) {
      return 'it is in the deny list'
    }

    if (this.#allow.contains(address)) {
      return undefined
    }

    if (this.#pending >= this.#maxPending) {
      return `${this.#maxPending} inbound connections are pending (maxIncomingPendingConnections)`
    }

    const host = tryGetNetConfig(address)?.host

    // without a host, as in /memory, there is nothing to count by
    if (host != null && !this.#perHost.take(host, Date.now())) {
      return 'its host connects too often (inboundConnectionThreshold)'
    }

    return this.#hasRoom() ? undefined : 'there are enough connections (maxConnections)'
  }
}
