import type { PeerConnectionGater } from '@libp2p-ws/core'

/** js-libp2p's `ConnectionGater`. */
const HOOKS = [
  'denyDialPeer',
  'denyDialMultiaddr',
  'denyInboundConnection',
  'denyOutboundConnection',
  'denyInboundEncryptedConnection',
  'denyOutboundEncryptedConnection',
  'denyInboundUpgradedConnection',
  'denyOutboundUpgradedConnection',
  'denyInboundRelayReservation',
  'denyOutboundRelayedConnection',
  'denyInboundRelayedConnection',
  'filterMultiaddrForPeer'
] as const satisfies Array<keyof PeerConnectionGater>

/** The hooks that `gater` has, as functions that may be called without it: a gater may be an object of a class. */
export function delegate (gater: PeerConnectionGater): PeerConnectionGater {
  const hooks = HOOKS.filter(hook => gater[hook] != null)

  return Object.fromEntries(hooks.map(hook => [hook, (...args: unknown[]) => Reflect.apply(gater[hook] as () => unknown, gater, args)]))
}
