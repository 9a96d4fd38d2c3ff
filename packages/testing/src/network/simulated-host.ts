import { InvalidValueError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { toEndpoint, moveEndpoint, toHostAddress } from './endpoint.ts'
import { SimulatedNetworkError } from './errors.ts'
import { toRawSocket } from './raw-socket.ts'
import { createSimulatedTransport } from './simulated-transport.ts'
import type { Acceptor } from './handshake.ts'
import type { SimulatedNetwork } from './simulated-network.ts'
import type { SimulatedTransportComponents, SimulatedTransportInit } from './simulated-transport.ts'
import type { WireEnd } from './wire.ts'
import type { RawSocket } from '../suite/suite-case.ts'
import type { Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** The first of the ports that IANA leaves to everybody (RFC 6335, section 6). */
const FIRST_FREE_PORT = 49_152
const LAST_PORT = 65_535

export interface SimulatedHostInit {
  /** For errors and for `sockets()`. Default `host-N`. */
  name?: string

  /** IP addresses and DNS names of this host, such as /ip4/192.0.2.1. Default one address in 10.0.0.0/8. */
  addresses?: Array<string | Multiaddr>
}

/** A machine on the simulated network. Made by `SimulatedNetwork.addHost`. */
export class SimulatedHost {
  readonly name: string

  /** Such as `/ip4/192.0.2.1`. */
  readonly addresses: readonly string[]
  readonly network: SimulatedNetwork
  readonly #acceptors = new Map<string, Acceptor>()
  #nextPort = FIRST_FREE_PORT

  constructor (network: SimulatedNetwork, name: string, addresses: Array<string | Multiaddr>) {
    if (addresses.length === 0) {
      throw new InvalidValueError('addresses', addresses, `host ${name} needs an address`)
    }

    this.name = name
    this.network = network
    this.addresses = addresses.map(toHostAddress)
  }

  /**
   * A transport of this host, in the form of every js-libp2p transport: a
   * function of the components.
   */
  transport (init: SimulatedTransportInit = {}): (components: SimulatedTransportComponents) => Transport {
    return components => createSimulatedTransport(this, components, init)
  }

  /**
   * A plain socket to `address`, for the bytes that no transport would send:
   * `connectRaw` for `transportSuite`.
   *
   * @throws {SimulatedNetworkError} as `connect`
   */
  async connectRaw (address: Multiaddr): Promise<RawSocket> {
    return toRawSocket(await this.connect(address, new AbortController().signal))
  }

  /**
   * @throws {SimulatedNetworkError} ENETUNREACH, ECONNREFUSED or ETIMEDOUT
   * @throws {AbortError} when `signal` aborts first
   */
  async connect (address: Multiaddr, signal: AbortSignal): Promise<WireEnd> {
    return this.network.connect(this, toEndpoint(address), signal)
  }

  /**
   * Takes connections at `address`. The unspecified addresses /ip4/0.0.0.0 and
   * /ip6/:: stand for all of the host's own in that family; port 0 for a free
   * port. Gives the addresses that can be dialed.
   *
   * @throws {SimulatedNetworkError} EADDRNOTAVAIL or EADDRINUSE
   */
  listen (address: Multiaddr, acceptor: Acceptor): Multiaddr[] {
    const endpoint = toEndpoint(address)
    const hosts = this.#ownHosts(endpoint.host)

    if (hosts.length === 0) {
      throw new SimulatedNetworkError('EADDRNOTAVAIL', 'listen', address)
    }

    const port = endpoint.port === 0 ? this.takePort() : endpoint.port
    const taken = hosts.map(host => moveEndpoint(endpoint, host, port).address)

    if (taken.some(own => this.#acceptors.has(`${own}`))) {
      throw new SimulatedNetworkError('EADDRINUSE', 'listen', address)
    }

    taken.forEach(own => { this.#acceptors.set(`${own}`, acceptor) })

    return taken
  }

  unlisten (addresses: Multiaddr[]): void {
    addresses.forEach(address => { this.#acceptors.delete(`${address}`) })
  }

  acceptor (address: Multiaddr): Acceptor | undefined {
    return this.#acceptors.get(`${address}`)
  }

  /** A port that no earlier call has given. */
  takePort (): number {
    if (this.#nextPort > LAST_PORT) {
      this.#nextPort = FIRST_FREE_PORT
    }

    return this.#nextPort++
  }

  /** The address of ours that a host at `remote` sees; undefined when there is none in that family. */
  sourceFor (remote: string): string | undefined {
    const family = remote.startsWith('/dns') ? '/' : remote.slice(0, '/ip4/'.length)

    return this.addresses.find(own => own.startsWith(family)) ?? this.addresses.find(own => own.startsWith('/dns'))
  }

  #ownHosts (host: string): string[] {
    const wildcard = host === `${multiaddr('/ip4/0.0.0.0')}` || host === `${multiaddr('/ip6/::')}`

    return this.addresses.filter(own => wildcard ? own.slice(0, 5) === host.slice(0, 5) : own === host)
  }
}
