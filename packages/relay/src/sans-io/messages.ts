import { Libp2pWsError } from '@libp2p-ws/core'

/**
 * The commands of seed 002. A message's first byte is its type; the two
 * directions count their types separately.
 */
export const CLIENT_MESSAGE = { start: 0, listen: 1, stop: 2, close: 3, data: 4, connect: 5 } as const

export const SERVER_MESSAGE = {
  hello: 0,
  identify: 1,
  'listener-connection': 2,
  'connection-closed': 3,
  data: 4,
  'listen-refused': 5,
  'listener-closed': 6,
  'peer-connection': 7,
  'peer-connection-refused': 8,
  'protocol-error': 9,
  listening: 10
} as const

/** A stream's number, u64 on the wire; it means nothing in another session. */
export type StreamId = bigint

/** From the browser to the relay. */
export type ClientMessage =
  /** `key`: base64 of the protobuf private key, or '' for a fresh one. */
  | { type: 'start', key: string }
  | { type: 'listen', frames: boolean, protocol: string }
  /** `retain` keeps the listener's streams. */
  | { type: 'stop', retain: boolean, protocol: string }
  | { type: 'close', id: StreamId }
  | { type: 'data', id: StreamId, data: Uint8Array }
  | ConnectMessage

export interface ConnectMessage {
  type: 'connect'
  frames: boolean
  protocol: string

  /** A peer id, or a peer id with addresses: see `peer-address.ts`. */
  peer: string

  /** Multiaddr or peer id of the relay to go through; '' for none. */
  relay: string

  /** Only make a connection: no stream, and no answer when it works. */
  connectOnly: boolean
}

/** From the relay to the browser. */
export type ServerMessage =
  | { type: 'hello', started: boolean }
  /** `addresses` are multiaddrs without /p2p; `key` is as in `start`. */
  | { type: 'identify', public: boolean, peerId: string, addresses: string[], key: string }
  | { type: 'listener-connection' | 'peer-connection', id: StreamId, peerId: string, protocol: string }
  | { type: 'connection-closed', id: StreamId, reason: string }
  | { type: 'data', id: StreamId, data: Uint8Array }
  | { type: 'listen-refused' | 'listener-closed' | 'listening', protocol: string }
  /** `peer` is what Connect named, or the peer id that was found in it. */
  | { type: 'peer-connection-refused', peer: string, protocol: string, error: string }
  | { type: 'protocol-error', message: string }

/** Bytes that are no message. The session that got them goes on. */
export class MessageFormatError extends Libp2pWsError {
  override readonly name = 'MessageFormatError'
  readonly code = 'ERR_MESSAGE_FORMAT'
}
