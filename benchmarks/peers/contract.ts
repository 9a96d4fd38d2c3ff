/**
 * What driver and peers say to each other. A peer is a program, the same for both
 * ends: it reads a `Command` a line from its standard input, answers each with one
 * line, an `Answer`, in order, and ends when its input does.
 *
 * On the wire between two peers there are two protocols:
 *
 * - `PROTOCOL.transfer`: the dialer sends how many bytes go up and how many down,
 *   two unsigned 64-bit integers, big-endian, then so many bytes; the listener
 *   sends so many bytes at the same time, and when all have come in and gone out,
 *   one byte more. Then the dialer closes the stream.
 * - `PROTOCOL.echo`: the listener sends one byte back.
 */
export const PROTOCOL = {
  transfer: '/libp2p-ws/bench/transfer/1.0.0',
  echo: '/libp2p-ws/bench/echo/1.0.0'
} as const

/** Of the sizes that begin a transfer, bytes. */
export const HEADER_LENGTH = 16

/** Of what ends it. */
export const ACKNOWLEDGEMENT_LENGTH = 1

/** Of one write, bytes. */
export const CHUNK_LENGTH = 64 * 1024

export const SECURITIES = ['noise', 'tls'] as const
export type Security = typeof SECURITIES[number]

export type Command =
  | ListenCommand
  | ConnectCommand
  | TransferCommand
  | EchoCommand
  | DialCommand
  | HoldCommand
  | { command: 'release' }
  | { command: 'collect-garbage' }
  | { command: 'start-profile' }
  | { command: 'stop-profile', file: string }

/** Makes hosts that serve both protocols; the answer has an address of each. */
export interface ListenCommand {
  command: 'listen'
  security: Security

  /** Multiaddr, with port 0. */
  listen: string
  hosts: number

  /** Without identify, where a host would have it. */
  bare: boolean
}

/** Makes a host that is connected to `address`, for transfers and echoes. */
export interface ConnectCommand {
  command: 'connect'
  security: Security
  address: string
}

export interface TransferCommand {
  command: 'transfer'

  /** At once. */
  streams: number

  /** Bytes on each of them. */
  up: number
  down: number

  /** Whether the dialer's reader leaves memory to the garbage collector, where it could give it back. Default false. */
  keep?: boolean
}

/** Opens a stream, sends a byte, reads it back, closes the stream. */
export interface EchoCommand {
  command: 'echo'

  /** Streams in all, a multiple of `concurrency`. */
  count: number
  concurrency: number
}

/** Dials and closes the connection, from one host without identify. */
export interface DialCommand {
  command: 'dial'
  security: Security

  /** As many as there are dials at once: dials of one peer would be joined. */
  addresses: string[]

  /** Dials in all, a multiple of `concurrency`. */
  count: number
  concurrency: number
}

/** Holds connections, each from a peer of its own, until `release`. The Go peer does this for all listeners. */
export interface HoldCommand {
  command: 'hold'
  security: Security
  address: string
  count: number
  concurrency: number
}

export interface Answer {
  /** The command failed, and why. */
  error?: string

  /** Of the hosts that listen, each ending in /p2p. */
  addresses?: string[]

  /** Of what was timed, by the dialer's clock. */
  ms?: number
}
