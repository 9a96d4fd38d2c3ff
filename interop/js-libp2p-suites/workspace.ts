import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** What the suites import, as published; js-libp2p 3.3.11 is what ours is compared with. */
const DEPENDENCIES = {
  '@achingbrain/nat-port-mapper': '4.0.5',
  '@chainsafe/as-sha256': '1.2.5',
  '@libp2p/autonat': '3.0.28',
  '@libp2p/autonat-v2': '2.0.15',
  '@libp2p/bootstrap': '12.0.32',
  '@libp2p/circuit-relay-v2': '4.2.13',
  '@libp2p/crypto': '5.1.23',
  '@libp2p/daemon-client': '10.0.16',
  '@libp2p/daemon-server': '9.0.16',
  '@libp2p/dcutr': '3.0.28',
  '@libp2p/echo': '3.1.0',
  '@libp2p/fetch': '4.1.11',
  '@libp2p/floodsub': '11.0.28',
  '@libp2p/gossipsub': '17.1.1',
  '@libp2p/identify': '4.1.14',
  '@libp2p/interface': '3.3.0',
  '@libp2p/interface-compliance-tests': '7.0.16',
  '@libp2p/interface-internal': '3.1.13',
  '@libp2p/interop': '14.0.16',
  '@libp2p/kad-dht': '16.4.5',
  '@libp2p/keychain': '6.1.7',
  '@libp2p/logger': '6.2.13',
  '@libp2p/mdns': '12.0.32',
  '@libp2p/memory': '2.0.15',
  '@libp2p/mplex': '12.0.32',
  '@libp2p/noise': '17.0.3',
  '@libp2p/peer-collections': '7.0.28',
  '@libp2p/peer-id': '6.0.15',
  '@libp2p/peer-record': '9.0.16',
  '@libp2p/peer-store': '12.0.28',
  '@libp2p/ping': '3.1.13',
  '@libp2p/plaintext': '3.0.26',
  '@libp2p/pnet': '3.0.27',
  '@libp2p/prometheus-metrics': '5.0.24',
  '@libp2p/record': '4.0.15',
  '@libp2p/tcp': '11.0.28',
  '@libp2p/tls': '3.1.10',
  '@libp2p/upnp-nat': '4.0.28',
  '@libp2p/utils': '7.4.1',
  '@libp2p/webrtc': '6.0.33',
  '@libp2p/websockets': '10.1.21',
  '@libp2p/webtransport': '6.0.39',
  '@libp2p/yamux': '8.0.3',
  '@multiformats/dns': '1.0.15',
  '@multiformats/multiaddr': '13.0.3',
  '@multiformats/multiaddr-matcher': '3.0.2',
  'abortable-iterator': '5.1.0',
  aegir: '48.1.6',
  'any-signal': '4.2.0',
  'datastore-core': '12.0.1',
  delay: '7.0.0',
  'detect-browser': '5.3.0',
  execa: '10.2.1',
  'interface-datastore': '10.0.1',
  'is-loopback-addr': '2.1.0',
  'it-all': '3.0.11',
  'it-drain': '3.0.12',
  'it-filter': '3.1.6',
  'it-first': '3.0.11',
  'it-last': '3.0.11',
  'it-length-prefixed': '11.0.1',
  'it-map': '3.1.6',
  'it-pipe': '3.0.1',
  'it-protobuf-stream': '3.0.1',
  'it-pushable': '3.2.4',
  'it-take': '3.0.11',
  libp2p: '3.3.11',
  'lodash.random': '3.2.0',
  'lodash.range': '3.2.0',
  'main-event': '1.0.5',
  mocha: '11.8.0',
  'multicast-dns': '7.2.5',
  multiformats: '14.0.5',
  'p-defer': '4.0.1',
  'p-event': '7.1.1',
  'p-retry': '8.0.1',
  'p-wait-for': '6.0.0',
  'progress-events': '1.1.0',
  'prom-client': '15.1.3',
  'protons-runtime': '8.0.1',
  'race-signal': '2.0.2',
  'retimeable-signal': '1.0.1',
  sinon: '22.1.0',
  'sinon-ts': '2.0.0',
  tdigest: '0.1.3',
  'time-cache': '0.3.0',
  uint8arraylist: '3.0.2',
  uint8arrays: '6.1.1',
  undici: '8.12.4',
  wherearewe: '2.0.1',
  which: '7.0.0'
}

const SETTINGS = `packages: ['.']
nodeLinker: hoisted
pmOnFail: ignore
overrides:
  cspell: '-'
  react-native-webrtc: '-'
ignoredOptionalDependencies: ['@oven/bun-*', '@deno/*']
`

/** A directory with the packages that the suites import. */
export async function installWorkspace (directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'js-libp2p-suites', private: true, type: 'module', dependencies: DEPENDENCIES }, null, 2))
  await writeFile(join(directory, 'pnpm-workspace.yaml'), SETTINGS)
  await promisify(execFile)('npx', ['--yes', 'pnpm@12.21.0', 'install', '--ignore-scripts'], { cwd: directory, maxBuffer: 1 << 24 })
}
