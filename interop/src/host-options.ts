import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tls } from '@libp2p/tls'
import { yamux } from '@libp2p/yamux'
import type { Security } from './contract.ts'
import type { Connection, Libp2p, PrivateKey } from '@libp2p/interface'
import type { Ping } from '@libp2p/ping'
import type { Libp2pInit } from 'libp2p'

export type Host = Libp2p<{ ping: Ping }>

export interface HostInit {
  /** Multiaddrs; none for a host that only dials. */
  listen: string[]

  /** Offered in this order. */
  security: readonly Security[]

  /** Addresses that have just failed are left alone; nothing to js-libp2p. Default false. */
  backoff?: boolean

  /** Default: a new ed25519 key. */
  privateKey?: PrivateKey | undefined
}

/** A host, and what this host's implementation can tell of its connections. */
export interface Stack {
  host: Host

  /** Whether the security handshake settled the muxer; undefined if that cannot be told. */
  earlyMuxer(connection: Connection): boolean | undefined
}

export type CreateStack = (init: HostInit) => Promise<Stack>

type EncrypterFactories = NonNullable<Libp2pInit['connectionEncrypters']>

export function encryptersFor (security: readonly Security[]): EncrypterFactories {
  return security.map(name => ({ noise, tls })[name]())
}

/** All that the two TypeScript stacks have in common: everything but transport and swarm; ours also brings its own noise and yamux. */
export function hostOptions ({ listen, privateKey, security }: HostInit): Libp2pInit<{ identify: unknown, ping: Ping }> {
  return {
    addresses: { listen },
    ...privateKey != null && { privateKey },
    connectionEncrypters: encryptersFor(security),
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping()
    }
  }
}
