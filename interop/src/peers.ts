import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { version as jsVersion } from 'libp2p/version'
import { runToEnd } from './child-process.ts'

/** A program that does what `contract.ts` says. */
export interface Peer {
  name: PeerName
  implementation: string
  command: string
  args: string[]
}

export type PeerName = 'ours' | 'js' | 'go'

/** A peer that cannot run on this machine. */
export class MissingToolchainError extends Error {
  override name = 'MissingToolchainError'
  code = 'ERR_MISSING_TOOLCHAIN'

  constructor (toolchain: string) {
    super(`no ${toolchain} toolchain`)
  }
}

/** Downloading and compiling a peer's dependencies on a slow machine, ms. */
export const BUILD_TIMEOUT = 300_000

const ROOT = new URL('..', import.meta.url)
const JS_PEER = fileURLToPath(new URL('js-peer.ts', ROOT))

const PEERS: Record<PeerName, () => Promise<Peer>> = {
  ours: async () => ({
    name: 'ours',
    implementation: `libp2p-ws ${await ownVersion()}`,
    command: process.execPath,
    args: [JS_PEER, 'ours']
  }),
  js: async () => ({
    name: 'js',
    implementation: `js-libp2p ${jsVersion}`,
    command: process.execPath,
    args: [JS_PEER, 'stock']
  }),
  go: buildGoPeer
}

/** The peers to test against, by the names that `--peers` takes. */
export const REMOTE_PEERS: readonly PeerName[] = ['go', 'js']

/**
 * Builds the peer if need be.
 *
 * @throws {Error} `MissingToolchainError`, or what the build said
 */
export async function preparePeer (name: PeerName): Promise<Peer> {
  return PEERS[name]()
}

async function ownVersion (): Promise<string> {
  const manifest = await readFile(new URL('../packages/host/package.json', ROOT), 'utf8')
  return JSON.parse(manifest).version
}

async function buildGoPeer (): Promise<Peer> {
  const source = new URL('go-peer/', ROOT)
  const binary = fileURLToPath(new URL('.build/go-peer', ROOT))
  await mkdir(new URL('.build', ROOT), { recursive: true })

  const build = await runToEnd('go', ['build', '-buildvcs=false', '-o', binary, '.'], {
    cwd: fileURLToPath(source),
    timeout: BUILD_TIMEOUT
  }).catch((err) => {
    throw err.code === 'ENOENT' ? new MissingToolchainError('go') : err
  })

  if (build.code !== 0) {
    throw new Error(`go build ended with ${build.code}: ${build.stderr}`)
  }

  const manifest = await readFile(new URL('go.mod', source), 'utf8')
  const version = /github\.com\/libp2p\/go-libp2p v(\S+)/.exec(manifest)?.[1] ?? 'of an unknown version'

  return { name: 'go', implementation: `go-libp2p ${version}`, command: binary, args: [] }
}
