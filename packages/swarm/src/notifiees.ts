import type { Connection, Logger } from '@libp2p/interface'
import type { Notifiee } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Tells notifiees in the order in which they signed up. One that throws does not keep it from the others. */
export class Notifiees {
  readonly #notifiees = new Set<Notifiee>()
  readonly #log: Logger

  constructor (log: Logger) {
    this.#log = log
  }

  add (notifiee: Notifiee): void {
    this.#notifiees.add(notifiee)
  }

  remove (notifiee: Notifiee): void {
    this.#notifiees.delete(notifiee)
  }

  listen (address: Multiaddr): void {
    this.#tell(notifiee => notifiee.listen?.(address))
  }

  listenClose (address: Multiaddr): void {
    this.#tell(notifiee => notifiee.listenClose?.(address))
  }

  connected (connection: Connection): void {
    this.#tell(notifiee => notifiee.connected?.(connection))
  }

  disconnected (connection: Connection): void {
    this.#tell(notifiee => notifiee.disconnected?.(connection))
  }

  #tell (call: (notifiee: Notifiee) => void): void {
    for (const notifiee of [...this.#notifiees]) {
      try {
        call(notifiee)
      } catch (err) {
        this.#log.error('a notifiee threw - %e', err)
      }
    }
  }
}
