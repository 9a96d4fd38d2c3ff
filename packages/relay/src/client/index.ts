/** The browser's side of the relay: a libp2p peer for a page, for a few kilobytes of script. */
export { RelayError } from './errors.ts'
export { RelayClient } from './relay-client.ts'
export type { RelayErrorCode } from './errors.ts'
export type { PeerName } from './peer-text.ts'
export type { ConnectOptions, RelayClientOptions, RelayListener, RelayStreamHandler, StreamOptions } from './relay-client.ts'
export type { RelayStream } from './relay-stream.ts'
export type { PeerAddress } from '../sans-io/peer-address.ts'
