import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const HOST = fileURLToPath(new URL('../../packages/host', import.meta.url))
const BUILD = fileURLToPath(new URL('../.build/helia', import.meta.url))

const COMMON = {
  '@libp2p/identify': '4.1.14',
  '@libp2p/noise': '17.0.3',
  '@libp2p/websockets': '10.1.21',
  '@libp2p/yamux': '8.0.3',
  '@multiformats/multiaddr': '13.0.3',
  'blockstore-core': '7.0.1',
  'datastore-core': '12.0.1'
}

const HELIA_6 = { ...COMMON, '@helia/block-brokers': '5.2.4', '@helia/unixfs': '7.2.1', helia: '6.1.4', libp2p: '3.3.11', multiformats: '13.4.2' }
const HELIA_7 = { ...COMMON, '@helia/unixfs': '8.0.5', helia: '7.1.15', multiformats: '14.0.5' }

export interface Workspace {
  helia: '6' | '7'
  libp2p: 'js-libp2p' | 'libp2p-ws'
  directory: string
}

/** Helia 6 takes a node, so one installation does for both; helia 7 makes its node with what `libp2p` is in its installation. */
export async function installWorkspaces (): Promise<Workspace[]> {
  const six = await install('helia-6', HELIA_6, {})
  const seven = await install('helia-7', HELIA_7, {})
  const override = await install('helia-7-override', HELIA_7, { libp2p: `link:${HOST}` })

  return [
    { helia: '6', libp2p: 'js-libp2p', directory: six },
    { helia: '6', libp2p: 'libp2p-ws', directory: six },
    { helia: '7', libp2p: 'js-libp2p', directory: seven },
    { helia: '7', libp2p: 'libp2p-ws', directory: override }
  ]
}

async function install (name: string, dependencies: Record<string, string>, overrides: Record<string, string>): Promise<string> {
  const directory = join(BUILD, name)
  const settings = { packages: ['.'], pmOnFail: 'ignore', overrides: { 'react-native-webrtc': '-', ...overrides } }

  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies }, null, 2))
  // JSON is YAML
  await writeFile(join(directory, 'pnpm-workspace.yaml'), JSON.stringify(settings, null, 2))
  await promisify(execFile)('npx', ['--yes', 'pnpm@12.21.0', 'install', '--ignore-scripts'], { cwd: directory, maxBuffer: 1 << 24 })

  return directory
}
