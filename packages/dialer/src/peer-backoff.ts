import { toDialAddress } from './dial-address.ts'
import type { DialBackoff } from './sans-io/dial-backoff.ts'
import type { PeerId } from '@libp2p/interface'
import type { Clock, PeerBackoff as PeerBackoffInterface } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** A dialer's backoff as its host sees it: with peers and addresses, at this moment. */
export class PeerBackoff implements PeerBackoffInterface {
  readonly #backoff: DialBackoff
  readonly #clock: Clock

  constructor (backoff: DialBackoff, clock: Clock) {
    this.#backoff = backoff
    this.#clock = clock
  }

  add (peer: PeerId, address: Multiaddr): void {
    const key = keyOf(address)

    if (key !== undefined) {
      this.#backoff.add(peer.toString(), key, this.#clock.now())
    }
  }

  wait (peer: PeerId, address: Multiaddr): number {
    const key = keyOf(address)
    const now = this.#clock.now()

    return key === undefined ? 0 : (this.#backoff.until(peer.toString(), key, now) ?? now) - now
  }

  clear (peer: PeerId): void {
    this.#backoff.clear(peer.toString())
  }
}

/** Under which a dial keeps the address; absent for one that says who, and not where. */
function keyOf (address: Multiaddr): string | undefined {
  return toDialAddress(address, undefined)?.key
}
