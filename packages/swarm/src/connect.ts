import { NoTransportError } from '@libp2p-ws/dialer'
import { AddressFilteredError } from './errors.ts'
import type { Connection, ConnectionGater, Transport, Upgrader } from '@libp2p/interface'
import type { ConnectOptions, ResourceManager } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

/** What a transport or the upgrader reports, and how far the dial has come by then. */
const PHASES: Record<string, Parameters<ConnectOptions['onPhase']>[0]> = {
  'tcp:connected': 'connected',
  'websockets:tcp-connected': 'connected',
  'websockets:connected': 'connected',
  'upgrader:encrypt-outbound-connection': 'securing',
  'upgrader:multiplex-outbound-connection': 'muxing'
}

export interface ConnectInit {
  transportFor(address: Multiaddr): Transport | undefined
  upgrader: Upgrader
  connectionGater: ConnectionGater
  resourceManager?: ResourceManager | undefined
}

/** One attempt at one address: the transport's socket, then the upgrader's connection. */
export function connectVia ({ transportFor, upgrader, connectionGater, resourceManager }: ConnectInit): (address: Multiaddr, options: ConnectOptions) => Promise<Connection> {
  return async (address, { peer, signal, initiator, onProgress, onPhase }) => {
    const transport = transportFor(address)

    if (transport == null) {
      throw new NoTransportError(`no transport to dial ${address}`)
    }

    // the upgrader takes what it needs; where there is nothing to take, no socket is opened, and the dialer waits
    resourceManager?.openConnection('outbound', address).release()

    // the upgrader checks the peer against the address
    const target = peer == null || address.getComponents().at(-1)?.name === 'p2p' ? address : address.encapsulate(`/p2p/${peer}`)
    const options = {
      signal,
      upgrader,
      onProgress: (event: { type: string }) => {
        const phase = PHASES[event.type]

        if (phase != null) {
          onPhase(phase)
        }

        onProgress?.(event)
      },
      ...(initiator == null ? {} : { initiator })
    }

    const connection = await transport.dial(target, options)
    await checkAddress(connection, target, connectionGater)

    return connection
  }
}

/** The gater was asked about `target`, and not about anything else that a transport may have made of it. */
async function checkAddress (connection: Connection, target: Multiaddr, gater: ConnectionGater): Promise<void> {
  const address = connection.remoteAddr

  if (address !== target && !address.equals(target) && await gater.denyDialMultiaddr?.(address) === true) {
    const error = new AddressFilteredError(address)
    connection.abort(error)
    throw error
  }
}
