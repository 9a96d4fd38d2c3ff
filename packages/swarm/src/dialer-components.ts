import { peerCandidates } from './candidates.ts'
import { connectVia } from './connect.ts'
import type { Swarm, SwarmComponents } from './swarm.ts'
import type { DialerComponents } from '@libp2p-ws/core'

/** What a dialer gets to know of the swarm that it dials for. */
export function dialerComponents (swarm: Swarm, { connectionGater, logger, metrics, peerRouting, resourceManager }: SwarmComponents): DialerComponents {
  return {
    peerId: swarm.localPeer,
    connect: connectVia({ transportFor: address => swarm.transportForDialing(address), upgrader: swarm.upgrader, connectionGater, resourceManager }),
    canDial: address => swarm.transportForDialing(address) != null,
    candidates: (peer, options) => peerCandidates(peer, swarm.peerStore, peerRouting, options),
    connection: peer => swarm.bestConnToPeer(peer),
    ownAddresses: () => swarm.interfaceListenAddresses(),
    connectionGater,
    logger,
    ...metrics != null && { metrics }
  }
}
