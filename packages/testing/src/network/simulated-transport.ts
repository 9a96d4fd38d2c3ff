import { serviceCapabilities, transportSymbol } from '@libp2p/interface'
import { InvalidValueError } from '@libp2p-ws/core'
import { parseEndpoint } from './endpoint.ts'
import { SimulatedConnection } from './simulated-connection.ts'
import { SimulatedListener } from './simulated-listener.ts'
import type { SimulatedHost } from './simulated-host.ts'
import type { ComponentLogger, Connection, CreateListenerOptions, DialTransportOptions, Listener, Logger, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

export interface SimulatedTransportComponents {
  logger: ComponentLogger
}

export interface SimulatedTransportInit {
  /** Which of the addresses that the network carries this transport takes, such as only those with /ws. Default all. */
  filter?(address: Multiaddr): boolean
}

/** A js-libp2p transport of one simulated host. */
export function createSimulatedTransport (host: SimulatedHost, components: SimulatedTransportComponents, init: SimulatedTransportInit): Transport {
  return new SimulatedTransport(host, components, init)
}

class SimulatedTransport implements Transport {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = '@libp2p-ws/simulated-transport'
  readonly [serviceCapabilities]: string[] = ['@libp2p/transport']

  readonly #host: SimulatedHost
  readonly #log: Logger
  readonly #init: SimulatedTransportInit

  constructor (host: SimulatedHost, components: SimulatedTransportComponents, init: SimulatedTransportInit) {
    this.#host = host
    this.#log = components.logger.forComponent('libp2p-ws:simulated-transport')
    this.#init = init
  }

  /**
   * @throws {InvalidValueError} for an address that is not of this transport
   * @throws {SimulatedNetworkError} ENETUNREACH, ECONNREFUSED or ETIMEDOUT
   * @throws {AbortError} when the signal aborts; also whatever the upgrader throws
   */
  async dial (address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    this.#check(address)
    const end = await this.#host.connect(address, options.signal)
    const connection = new SimulatedConnection({ end, remoteAddr: address, direction: 'outbound', log: this.#log })

    try {
      options.signal.throwIfAborted()

      return await options.upgrader.upgradeOutbound(connection, options)
    } catch (error: any) {
      connection.abort(error)
      throw error
    }
  }

  createListener (options: CreateListenerOptions): Listener {
    return new SimulatedListener({
      host: this.#host,
      upgrader: options.upgrader,
      log: this.#log,
      check: address => { this.#check(address) }
    })
  }

  listenFilter (addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => this.#takes(address))
  }

  dialFilter (addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => this.#takes(address))
  }

  #takes (address: Multiaddr): boolean {
    return parseEndpoint(address) != null && this.#init.filter?.(address) !== false
  }

  #check (address: Multiaddr): void {
    if (!this.#takes(address)) {
      throw new InvalidValueError('address', address, `${address} is not an address of this simulated transport`)
    }
  }
}
