import { toDialAddress } from './dial-address.ts'
import type { Logger } from '@libp2p/interface'
import type { Clock } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Ms that a list is used: to ask for the addresses of all interfaces takes as long as all else that a dial decides. */
const MAX_AGE = 1_000

/** Where this host listens, as keys of dial addresses, at most a second old. */
export class OwnAddresses {
  readonly #list: () => Multiaddr[]
  readonly #clock: Clock
  readonly #log: Logger
  #known: { at: number, keys: ReadonlySet<string> } | undefined

  constructor (list: () => Multiaddr[], clock: Clock, log: Logger) {
    this.#list = list
    this.#clock = clock
    this.#log = log
  }

  keys (): ReadonlySet<string> {
    const now = this.#clock.now()

    if (this.#known === undefined || now - this.#known.at >= MAX_AGE) {
      this.#known = { at: now, keys: this.#read() }
    }

    return this.#known.keys
  }

  #read (): Set<string> {
    try {
      return new Set(this.#list().map(address => toDialAddress(address, undefined)?.key ?? ''))
    } catch (err) {
      this.#log.error('could not tell our own addresses - %e', err)

      return new Set()
    }
  }
}
