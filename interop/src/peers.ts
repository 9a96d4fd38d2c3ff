import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { version as jsVersion } from 'libp2p/version'
import { buildGoPeer, buildPyPeer, buildRustPeer } from './builds.ts'
import type { Build } from './builds.ts'
import type { Security } from './contract.ts'

/** The peers to test against. */
export const REMOTE_PEERS = ['go', 'js', 'rust', 'py'] as const
export type RemoteName = typeof REMOTE_PEERS[number]
export type PeerName = 'ours' | RemoteName

/** Those that are built in less than a minute or two. */
export const QUICK_PEERS: readonly RemoteName[] = ['go', 'js']

/** A program that does what `contract.ts` says. */
export interface Peer extends PeerTraits {
  name: PeerName

  /** Name and version. */
  implementation: string
  command: string
  args: string[]
}

interface PeerTraits {
  /** Whether it can settle the muxer in the security handshake. */
  earlyMuxer: boolean

  /** Security protocols that do not work with it, and why. */
  unsupported?: Partial<Record<Security, string>>
}

const JS_PEER = fileURLToPath(new URL('../js-peer.ts', import.meta.url))

const PEERS: Record<PeerName, PeerTraits & { library: string, build(): Promise<Build> }> = {
  ours: {
    library: 'libp2p-ws',
    earlyMuxer: true,
    build: async () => ({ version: await ownVersion(), command: process.execPath, args: [JS_PEER, 'ours'] })
  },
  js: {
    library: 'js-libp2p',
    earlyMuxer: true,
    build: async () => ({ version: jsVersion, command: process.execPath, args: [JS_PEER, 'stock'] })
  },
  go: {
    library: 'go-libp2p',
    earlyMuxer: true,
    build: buildGoPeer
  },
  rust: {
    library: 'rust-libp2p',
    earlyMuxer: false,
    build: buildRustPeer
  },
  py: {
    library: 'py-libp2p',
    earlyMuxer: false,
    unsupported: {
      tls: '@libp2p/tls 3.1.10 looks at the first extension of a certificate only, and py-libp2p puts the one of libp2p after others'
    },
    build: buildPyPeer
  }
}

/**
 * Builds the peer if need be.
 *
 * @throws {Error} `MissingToolchainError`, or what the build said
 */
export async function preparePeer (name: PeerName): Promise<Peer> {
  const { library, build, ...traits } = PEERS[name]
  const { version, command, args } = await build()

  return { ...traits, name, implementation: `${library} ${version}`, command, args }
}

/** Why `security` does not work with a peer; undefined when it does. */
export function whyUnsupported (name: PeerName, security: Security): string | undefined {
  return PEERS[name].unsupported?.[security]
}

async function ownVersion (): Promise<string> {
  const manifest = await readFile(new URL('../../packages/host/package.json', import.meta.url), 'utf8')
  return JSON.parse(manifest).version
}
