import { statSync } from 'node:fs'
import { defaultLogger } from '@libp2p/logger'
import { InvalidValueError } from '@libp2p-ws/core'
import { CODE_P2P } from '@multiformats/multiaddr'
import { resolveLimits } from './limits.ts'
import { defaultListenAddress, readMultiaddr } from './listen-addresses.ts'
import { readPrivateKey } from './private-key.ts'
import type { RelayLimits } from './limits.ts'
import type { ComponentFactory } from './peer.ts'
import type { ComponentLogger, ConnectionGater, PrivateKey, Transport } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** All are optional: without any, a relay serves this machine. */
export interface RelayOptions {
  /** Host or address for HTTP and WebSockets; '' is all of them. Default: 127.0.0.1 */
  addr?: string

  /** Port for HTTP and WebSockets; 0 is a free one. Default: 8888, as in seed 002 */
  port?: number

  /** Directories whose files are served from /, before the pages that come with the relay. */
  files?: string[]

  /** Of the relay's own peer: base64 of the protobuf private key. Default: a fresh ed25519 key */
  key?: string

  /**
   * Multiaddrs that peers listen on, the relay's own and those of browsers;
   * the latter on a free port. Default: /ip4/…/tcp/0/ws of `addr`
   */
  listen?: string[]

  /** Multiaddrs, with /p2p, of peers that the relay's own peer connects to. Default: none */
  peers?: string[]

  /** Origins of pages that may use the relay besides its own, or '*'. Default: none */
  allowedOrigins?: string[]

  limits?: Partial<RelayLimits>

  /** Of all peers, besides WebSockets. Connect needs `circuitRelayTransport()` to name a relay. */
  transports?: Array<ComponentFactory<Transport>>

  /** Of the relay's own peer, besides identify and ping: `kadDHT()` lets Connect find peers. */
  services?: Record<string, ComponentFactory<unknown>>

  /** Of all peers: what browsers may make the relay connect to. Default: all */
  connectionGater?: ConnectionGater

  /** Default: what DEBUG says */
  logger?: ComponentLogger
}

export interface ResolvedOptions {
  addr: string
  port: number
  files: string[]
  key: PrivateKey
  listen: Multiaddr[]
  peers: Multiaddr[]
  allowedOrigins: string[]
  limits: RelayLimits
  transports: Array<ComponentFactory<Transport>>
  services: Record<string, ComponentFactory<unknown>>
  connectionGater: ConnectionGater | undefined
  logger: ComponentLogger
}

/** @throws {InvalidValueError} naming the option and its value */
export async function resolveOptions (options: RelayOptions): Promise<ResolvedOptions> {
  const { addr = '127.0.0.1', listen = [] } = options

  return {
    addr,
    port: readPort(options.port ?? 8888),
    files: (options.files ?? []).map(readDirectory),
    key: await readPrivateKey(options.key ?? ''),
    listen: (listen.length === 0 ? [defaultListenAddress(addr)] : listen).map(text => readMultiaddr('listen', text)),
    peers: (options.peers ?? []).map(readPeer),
    allowedOrigins: options.allowedOrigins ?? [],
    limits: resolveLimits(options.limits),
    transports: options.transports ?? [],
    services: options.services ?? {},
    connectionGater: options.connectionGater,
    logger: options.logger ?? defaultLogger()
  }
}

function readPort (port: number): number {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new InvalidValueError('port', port, `port must be a whole number from 0 to 65535, not ${port}`)
  }

  return port
}

function readDirectory (directory: string): string {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new InvalidValueError('files', directory, `files "${directory}" is not a directory`)
  }

  return directory
}

function readPeer (text: string): Multiaddr {
  const address = readMultiaddr('peer', text)

  if (!address.getComponents().some(component => component.code === CODE_P2P)) {
    throw new InvalidValueError('peer', text, `peer "${text}" has no /p2p/ with its peer id`)
  }

  return address
}
