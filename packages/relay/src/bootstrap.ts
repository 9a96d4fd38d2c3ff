import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P } from '@multiformats/multiaddr'
import type { Libp2p, Logger } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/**
 * Makes peers known to `host` for good and connects to them. It does not wait,
 * and one that cannot be reached is no error: the tag has it tried again.
 */
export function connectBootstrapPeers (host: Libp2p, peers: Multiaddr[], log: Logger): void {
  for (const address of peers) {
    connect(host, address).catch(err => {
      log.error('could not connect to bootstrap peer %a - %e', address, err)
    })
  }
}

async function connect (host: Libp2p, address: Multiaddr): Promise<void> {
  const id = address.getComponents().findLast(component => component.code === CODE_P2P)?.value ?? ''

  await host.peerStore.merge(peerIdFromString(id), {
    multiaddrs: [address],
    tags: { 'keep-alive-bootstrap': {} }
  })
  await host.dial(address)
}
