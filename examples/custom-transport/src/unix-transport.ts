import { once } from 'node:events'
import { connect } from 'node:net'
import { serviceCapabilities, transportSymbol } from '@libp2p/interface'
import { parsePath, toPath } from './address.ts'
import { UnixConnection } from './unix-connection.ts'
import { UnixListener } from './unix-listener.ts'
import type { ComponentLogger, Connection, CreateListenerOptions, DialTransportOptions, Listener, Logger, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Socket } from 'node:net'

/** Dials and listens on /unix addresses. */
class UnixTransport implements Transport {
  readonly [transportSymbol] = true
  readonly [Symbol.toStringTag] = 'unix-transport'
  readonly [serviceCapabilities]: string[] = ['@libp2p/transport']

  readonly #log: Logger

  constructor (log: Logger) {
    this.#log = log
  }

  async dial (address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const socket = await open(toPath(address), options.signal)
    const connection = new UnixConnection(socket, { remoteAddr: address, direction: 'outbound', log: this.#log })

    try {
      return await options.upgrader.upgradeOutbound(connection, options)
    } catch (error: any) {
      connection.abort(error)
      throw error
    }
  }

  createListener (options: CreateListenerOptions): Listener {
    return new UnixListener(options.upgrader, this.#log)
  }

  dialFilter (addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(address => parsePath(address) != null)
  }

  listenFilter (addresses: Multiaddr[]): Multiaddr[] {
    return this.dialFilter(addresses)
  }
}

async function open (path: string, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted()
  const socket = connect(path)

  try {
    await once(socket, 'connect', { signal })
  } catch (error) {
    socket.destroy()
    throw error
  }

  return socket
}

/** For `transports: [unix()]` of createLibp2p. */
export function unix (): (components: { logger: ComponentLogger }) => Transport {
  return ({ logger }) => new UnixTransport(logger.forComponent('unix-transport'))
}
