import { ConnectionInterceptedError } from './errors.ts'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'

/** The hooks that are asked about a connection on its way up. */
export type ConnectionHook =
  | 'denyOutboundConnection'
  | 'denyInboundEncryptedConnection'
  | 'denyOutboundEncryptedConnection'
  | 'denyInboundUpgradedConnection'
  | 'denyOutboundUpgradedConnection'

/** @throws {ConnectionInterceptedError} when the gater refuses the connection to or from `peer` */
export async function askGater (gater: ConnectionGater, hook: ConnectionHook, peer: PeerId, maConn: MultiaddrConnection): Promise<void> {
  if (await gater[hook]?.(peer, maConn) === true) {
    throw new ConnectionInterceptedError(hook)
  }
}

/** @throws {ConnectionInterceptedError} when the gater refuses a connection whose peer is not known yet */
export async function askGaterInbound (gater: ConnectionGater, maConn: MultiaddrConnection): Promise<void> {
  if (await gater.denyInboundConnection?.(maConn) === true) {
    throw new ConnectionInterceptedError('denyInboundConnection')
  }
}
