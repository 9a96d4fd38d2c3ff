import { InvalidValueError } from '@libp2p-ws/core'
import { moveEndpoint } from './endpoint.ts'
import { SimulatedNetworkError } from './errors.ts'
import { FaultTable } from './faults.ts'
import { Handshake } from './handshake.ts'
import { Link } from './link.ts'
import { seededRandom } from './random.ts'
import { SimulatedHost } from './simulated-host.ts'
import { SocketTable } from './socket-table.ts'
import type { Endpoint } from './endpoint.ts'
import type { Disturbance, Fault } from './faults.ts'
import type { LinkOptions } from './link.ts'
import type { SimulatedHostInit } from './simulated-host.ts'
import type { SimulatedSocket } from './socket-table.ts'
import type { WireEnd } from './wire.ts'
import type { Clock } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** Linux with tcp_syn_retries = 6: 1 + 2 + 4 + … + 64 s. */
const DEFAULT_CONNECT_TIMEOUT = 127_000

export interface SimulatedNetworkInit {
  /** Where time comes from: a `FakeClock`, or `systemClock`. */
  clock: Clock

  /** The same seed and the same calls give the same run. Default 1. */
  seed?: number

  /** What a link is like that `setLink` was not called for. */
  link?: LinkOptions

  /** Ms until a connection attempt fails that nobody answers. Default 127,000, as Linux. */
  connectTimeout?: number

  /** Bytes that wait at the sender before it is told to stop. Default 65,536. */
  sendBuffer?: number

  /** Bytes of one connection, each way, that are under way or unread. Default 262,144. */
  window?: number
}

/**
 * Hosts and links in one process, over a clock: connections come about, lose
 * time to latency, bandwidth and loss, and fail in the ways in which TCP
 * connections fail. There is no congestion control and no reordering that an
 * application could see.
 */
export class SimulatedNetwork {
  readonly clock: Clock
  readonly #init: SimulatedNetworkInit
  readonly #random: () => number
  readonly #hosts = new Map<string, SimulatedHost>()
  readonly #links = new Map<SimulatedHost, Map<SimulatedHost, Link>>()
  readonly #faults = new FaultTable()
  readonly #partitions = new Set<Disturbance>()
  readonly #sockets = new SocketTable()
  #hostCount = 0

  constructor (init: SimulatedNetworkInit) {
    this.clock = init.clock
    this.#init = init
    this.#random = seededRandom(init.seed ?? 1)
  }

  /** @throws {InvalidValueError} for an address that is none, or that another host has */
  addHost (init: SimulatedHostInit = {}): SimulatedHost {
    const number = ++this.#hostCount
    const host = new SimulatedHost(this, init.name ?? `host-${number}`, init.addresses ?? [`/ip4/10.${number >> 16}.${number >> 8 & 255}.${number & 255}`])

    for (const address of host.addresses) {
      const owner = this.#hosts.get(address)

      if (owner != null) {
        throw new InvalidValueError('addresses', address, `${address} belongs to ${owner.name} already`)
      }
    }

    host.addresses.forEach(address => { this.#hosts.set(address, host) })

    return host
  }

  /**
   * Sets both directions between two hosts, for what is sent from now on.
   *
   * @throws {InvalidValueError} for a latency, bandwidth or loss that cannot be
   */
  setLink (a: SimulatedHost, b: SimulatedHost, options: LinkOptions): void {
    this.#link(a, b).configure({ ...this.#init.link, ...options })
    this.#link(b, a).configure({ ...this.#init.link, ...options })
  }

  /**
   * Breaks `address` and all addresses below it, until `heal`.
   *
   * @throws {InvalidValueError} for a `cutAfter` that is no number of bytes
   */
  fault (address: string | Multiaddr, fault: Fault): Disturbance {
    return this.#faults.add(address, fault)
  }

  /** Nothing gets from one side to the other, until `heal`; connections fall silent and go on afterwards. */
  partition (one: SimulatedHost | SimulatedHost[], other: SimulatedHost | SimulatedHost[]): Disturbance {
    const links = [one].flat().flatMap(a => [other].flat().flatMap(b => [this.#link(a, b), this.#link(b, a)]))
    links.forEach(link => { link.partitions++ })

    const partition: Disturbance = {
      heal: () => {
        if (this.#partitions.delete(partition)) {
          links.forEach(link => { link.partitions-- })
        }
      }
    }
    this.#partitions.add(partition)

    return partition
  }

  /** Ends every fault and every partition. */
  heal (): void {
    this.#faults.clear()
    this.#partitions.forEach(partition => { partition.heal() })
  }

  /** Resets, at both ends, every open connection to `address` or an address below it. */
  cut (address: string | Multiaddr): void {
    this.#sockets.cut(`${address}`)
  }

  /** Every socket that is connecting or open, at all hosts or at one. */
  sockets (host?: SimulatedHost): SimulatedSocket[] {
    return this.#sockets.list(host)
  }

  /** @throws {Error} as `SimulatedHost.connect` */
  async connect (from: SimulatedHost, to: Endpoint, signal: AbortSignal): Promise<WireEnd> {
    signal.throwIfAborted()
    const source = from.sourceFor(to.host)

    if (source == null) {
      throw new SimulatedNetworkError('ENETUNREACH', 'connect', to.address)
    }

    const target = this.#hosts.get(to.host)
    const socket = this.#sockets.connecting(from, to.address)
    const handshake = new Handshake(this.clock, {
      address: to.address,
      source: moveEndpoint(to, source, from.takePort()).address,
      links: target == null ? undefined : { out: this.#link(from, target), back: this.#link(target, from) },
      fault: () => this.#faults.match(to.address),
      acceptor: () => target?.acceptor(to.address),
      onEstablished: (wire, stalled) => { socket.established(wire, stalled ? undefined : target) }
    }, {
      connectTimeout: this.#init.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT,
      sendBuffer: this.#init.sendBuffer ?? 65_536,
      window: this.#init.window ?? 262_144,
      signal
    })

    try {
      return await handshake.run()
    } catch (error) {
      socket.failed()
      throw error
    }
  }

  #link (from: SimulatedHost, to: SimulatedHost): Link {
    const links = this.#links.get(from) ?? new Map<SimulatedHost, Link>()
    const link = links.get(to) ?? new Link(this.#init.link ?? {}, this.#random)
    this.#links.set(from, links.set(to, link))

    return link
  }
}
