/**
 * WebSocket multiaddrs to URLs and net addresses and back.
 *
 * @packageDocumentation
 */
export { WS_CODE, WSS_CODE } from './codes.ts'
export { WebSocketAddressError } from './errors.ts'
export { formatWebSocketMultiaddr, toWebSocketMultiaddr } from './format.ts'
export { fromUrl } from './from-url.ts'
export { fromNetAddress, toNetAddress } from './net-address.ts'
export type { WebSocketOptions } from './net-address.ts'
export { isWebSocketMultiaddr, parseWebSocketMultiaddr } from './parse.ts'
export { toUrl } from './to-url.ts'
export type { WebSocketAddress, WebSocketAddressInit, WebSocketForm } from './web-socket-address.ts'
