import { ResourceLimitError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { AddressLimiter, DEFAULT_ADDRESS_LIMITS } from './sans-io/address-limiter.ts'
import { AddressRateLimiter, DEFAULT_ADDRESS_RATES } from './sans-io/address-rate-limiter.ts'
import { LimitQueue } from './sans-io/limit-queue.ts'
import { scaleLimits } from './sans-io/resource-limits.ts'
import { ResourceScopes } from './sans-io/resource-scopes.ts'
import { withinLimits } from './within-limits.ts'
import type { AddressLimits } from './sans-io/address-limiter.ts'
import type { AddressRates } from './sans-io/address-rate-limiter.ts'
import type { ResourceHold } from './sans-io/resource-hold.ts'
import type { ResourceLimits } from './sans-io/resource-limits.ts'
import type { PeerId } from '@libp2p/interface'
import type { LimitPatience, MemoryReserver, ResourceManager, ResourceReservation } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface ResourceManagerInit {
  /** Bytes that the limits are scaled to. Default: an eighth of what the process may use, as go-libp2p; 128 MiB where that is not known (browsers). */
  memory?: number | undefined

  /** Replaces the scaled limits, scope by scope. */
  scopes?: Partial<ResourceLimits> | undefined

  /** Inbound connections from one address. Default: 8 for an IPv4 address, 8 for an IPv6 /56, 64 for a /48; the loopback is free. */
  addresses?: AddressLimits | undefined

  /** New inbound connections from one address. Default: 16 at once and one every 5 s, for an IPv4 address and an IPv6 /56; 80 and one every 2 s for a /48; the loopback is free. */
  rates?: AddressRates | undefined

  /** Ms that never go back. Default: the host's. */
  now?: (() => number) | undefined
}

/** go-libp2p's resource manager: counts and memory by scope, and connections by address. */
export class DefaultResourceManager implements ResourceManager {
  readonly #waiters = new LimitQueue()
  readonly #scopes: ResourceScopes
  readonly #addresses: AddressLimiter
  readonly #rates: AddressRateLimiter
  readonly #now: () => number

  constructor (init: ResourceManagerInit = {}) {
    this.#scopes = new ResourceScopes({ ...scaleLimits(init.memory ?? defaultMemory()), ...init.scopes }, scopes => { this.#waiters.onRelease(scopes) })
    this.#addresses = new AddressLimiter(init.addresses ?? DEFAULT_ADDRESS_LIMITS)
    this.#rates = new AddressRateLimiter(init.rates ?? DEFAULT_ADDRESS_RATES)
    this.#now = init.now ?? (() => performance.now())
  }

  openConnection (direction: 'inbound' | 'outbound', address: Multiaddr): ResourceReservation {
    const ip = direction === 'inbound' ? ipOf(address) : undefined

    if (ip == null) {
      return new Reservation(this.#scopes.openConnection(direction))
    }

    this.#addAddress(ip, address)

    try {
      return new Reservation(this.#scopes.openConnection(direction), () => { this.#addresses.remove(ip) })
    } catch (err) {
      this.#addresses.remove(ip)
      throw err
    }
  }

  openStream (direction: 'inbound' | 'outbound', peer: PeerId): ResourceReservation {
    return new Reservation(this.#scopes.openStream(direction, peer.toString()))
  }

  async withinLimits<T> (open: () => Promise<T>, patience: LimitPatience): Promise<T> {
    return withinLimits(open, this.#waiters, patience)
  }

  /** @throws {ResourceLimitError} for an address whose network has enough connections, or opens them too often */
  #addAddress (ip: Uint8Array, address: Multiaddr): void {
    const rate = this.#rates.take(ip, this.#now())

    if (rate != null) {
      throw new ResourceLimitError(`rates: connections per second from one /${rate.prefixLength}, here ${address},`, rate.perSecond)
    }

    const limit = this.#addresses.add(ip)

    if (limit != null) {
      throw new ResourceLimitError(`addresses: connections from one /${limit.prefixLength}, here ${address},`, limit.connections)
    }
  }

  /** What is held, by scope. */
  snapshot (): Record<string, Record<string, number>> {
    return this.#scopes.snapshot()
  }
}

class Reservation implements ResourceReservation {
  readonly #hold: ResourceHold
  #onRelease: (() => void) | undefined

  constructor (hold: ResourceHold, onRelease?: () => void) {
    this.#hold = hold
    this.#onRelease = onRelease
  }

  setPeer (peer: PeerId): void {
    this.#hold.setPeer(peer.toString())
  }

  setProtocol (protocol: string): void {
    this.#hold.setProtocol(protocol)
  }

  setService (service: string): void {
    this.#hold.setService(service)
  }

  reserveMemory (bytes: number): void {
    this.#hold.reserveMemory(bytes)
  }

  peerMemory (): MemoryReserver {
    return this.#hold.peerMemory()
  }

  release (): void {
    this.#hold.release()
    this.#onRelease?.()
    this.#onRelease = undefined
  }
}

/** go-libp2p `AutoScale`: an eighth of the memory. `process` is not there in browsers. */
function defaultMemory (): number {
  const available = globalThis.process?.availableMemory?.() ?? 0

  return available / 8
}

function ipOf (address: Multiaddr): Uint8Array | undefined {
  const component = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')

  // the code of ip4 and of ip6 is one byte long
  return component == null ? undefined : multiaddr([component]).bytes.subarray(1)
}
