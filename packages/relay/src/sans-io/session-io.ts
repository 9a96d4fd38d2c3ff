import type { StreamId } from './messages.ts'
import type { PeerAddress } from './peer-address.ts'

/** What one browser may use. Times are in milliseconds. */
export interface SessionLimits {
  /** Bytes of data in a frame, either way, when FRAMES is 1. */
  maxFrameSize: number

  /** Streams and dials of one browser together. */
  maxStreams: number

  /** Protocols that one browser listens for. */
  maxListeners: number

  /** From the upgrade to Start. */
  startTimeout: number

  /** Without a listener, a stream and a message. */
  idleTimeout: number

  /** A stream that takes no byte, or does not close at the far end. */
  stallTimeout: number

  /** Between WebSocket pings. */
  pingInterval: number

  /** Without a pong or anything else from the browser. */
  pongTimeout: number
}

/** What the peer of a session turned out to be. */
export interface SessionPeer {
  /** Base58, as everywhere on the wire. */
  peerId: string

  /** Multiaddrs without /p2p. */
  addresses: string[]

  /** Base64 of the protobuf private key. */
  key: string

  /** One of the addresses is a public one. */
  public: boolean
}

/** What came of a dial. */
export type DialResult =
  | { type: 'stream', peerId: string }
  /** Of a dial that was to make no stream. */
  | { type: 'connected' }
  /** `peer` is the peer id that was dialed, or PEERID as sent where none was found in it. */
  | { type: 'failed', peer: string, error: string }

/** What happens to a stream at its far end. */
export type StreamEvent =
  | { type: 'data', data: Uint8Array }
  /** No more data will come. */
  | { type: 'end' }
  /** The stream is gone; with a reason when not by closing at both ends. */
  | { type: 'closed', reason?: string }
  /** It takes no more bytes until it has drained. */
  | { type: 'full' | 'drained' }

/** What a driver has to do for the session, in this order. */
export type SessionOutput =
  /** A whole message for the browser. */
  | { type: 'send', message: Uint8Array }
  | { type: 'ping' }
  /** Stop or go on reading from the browser. */
  | { type: 'pause-browser' | 'resume-browser' }
  /** Close the WebSocket; the last output but for resets of streams. */
  | { type: 'close', code: number, reason: string }
  /** Drop the WebSocket, since nobody is there to close it with. */
  | { type: 'terminate', reason: string }
  | { type: 'start-peer', key: string }
  | { type: 'listen' | 'unlisten', protocol: string }
  | DialOutput
  | { type: 'write', id: StreamId, data: Uint8Array }
  | { type: 'close-write', id: StreamId }
  | { type: 'reset', id: StreamId, reason: string }
  /** Stop or go on reading from all streams, also those that come meanwhile. */
  | { type: 'pause-streams' | 'resume-streams' }

export interface DialOutput {
  type: 'dial'

  /** To be given back with the result. */
  dial: number
  peer: PeerAddress

  /** PEERID as the browser sent it, which errors in it give back. */
  peerText: string
  protocol: string

  /** '' for none. */
  relay: string
  connectOnly: boolean
}
