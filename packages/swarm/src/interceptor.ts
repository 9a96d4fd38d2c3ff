import { delegate } from './delegate.ts'
import type { ConnectionInterceptor, PeerConnectionGater } from '@libp2p-ws/core'

/**
 * go-libp2p's five hooks as a gater of js-libp2p. What they let through is asked
 * of `next`.
 */
export function interceptorGater (interceptor: ConnectionInterceptor, next: PeerConnectionGater = {}): PeerConnectionGater {
  return {
    ...delegate(next),
    denyDialPeer: async peer => await interceptor.interceptPeerDial?.(peer) === false || (await next.denyDialPeer?.(peer) ?? false),
    denyDialMultiaddr: async (address, peer) => await interceptor.interceptAddrDial?.(peer, address) === false || (await next.denyDialMultiaddr?.(address, peer) ?? false),
    denyInboundConnection: async maConn => await interceptor.interceptAccept?.(maConn) === false || (await next.denyInboundConnection?.(maConn) ?? false),
    denyInboundEncryptedConnection: async (peer, maConn) => await interceptor.interceptSecured?.('inbound', peer, maConn) === false || (await next.denyInboundEncryptedConnection?.(peer, maConn) ?? false),
    denyOutboundEncryptedConnection: async (peer, maConn) => await interceptor.interceptSecured?.('outbound', peer, maConn) === false || (await next.denyOutboundEncryptedConnection?.(peer, maConn) ?? false),
    denyInboundUpgradedConnection: async (peer, maConn) => await interceptor.interceptUpgraded?.('inbound', peer, maConn) === false || (await next.denyInboundUpgradedConnection?.(peer, maConn) ?? false),
    denyOutboundUpgradedConnection: async (peer, maConn) => await interceptor.interceptUpgraded?.('outbound', peer, maConn) === false || (await next.denyOutboundUpgradedConnection?.(peer, maConn) ?? false)
  }
}
