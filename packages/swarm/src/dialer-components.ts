import { connectVia } from './connect.ts'
import type { SwarmComponents, SwarmCore } from './swarm-core.ts'
import type { DialerComponents } from '@libp2p-ws/core'

/** What a dialer gets to know of the swarm that it dials for. Where the addresses of a peer come from is up to who makes the dialer. */
export type PartsForDialer = Omit<DialerComponents, 'candidates'>

export function dialerComponents (swarm: SwarmCore, { connectionGater, logger, metrics, resourceManager }: SwarmComponents): PartsForDialer {
  return {
    peerId: swarm.localPeer,
    connect: connectVia({ transportFor: address => swarm.transportForDialing(address), upgrader: swarm.upgrader, connectionGater, resourceManager }),
    canDial: address => swarm.transportForDialing(address) != null,
    connection: peer => swarm.bestConnToPeer(peer),
    ownAddresses: () => swarm.interfaceListenAddresses(),
    connectionGater,
    logger,
    ...metrics != null && { metrics }
  }
}
