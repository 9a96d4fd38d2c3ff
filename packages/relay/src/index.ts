/**
 * A relay that gives each browser a libp2p peer, over the WebSocket protocol of
 * zot/libp2p-websocket. The browser's side is `@libp2p-ws/relay/client`.
 */
export { ConnectError, KeyInUseError, ListenError } from './errors.ts'
export { DEFAULT_LIMITS } from './limits.ts'
export { createRelay } from './relay.ts'
export type { RelayLimits } from './limits.ts'
export type { RelayOptions } from './options.ts'
export type { ComponentFactory } from './peer.ts'
export type { Relay } from './relay.ts'
