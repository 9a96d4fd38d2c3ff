import { CODE_P2P, CODE_P2P_CIRCUIT } from '@multiformats/multiaddr'
import type { Multiaddr } from '@multiformats/multiaddr'

/** False when a relay carries the connection. With WebRTC after it in the address, peers only meet at the relay. */
export function isDirect (address: Multiaddr): boolean {
  const components = address.getComponents()
  const relay = components.findLastIndex(({ code }) => code === CODE_P2P_CIRCUIT)

  return relay === -1 || components.slice(relay + 1).some(({ code }) => code !== CODE_P2P)
}
