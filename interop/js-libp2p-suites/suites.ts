import { fileURLToPath } from 'node:url'

/** A part of js-libp2p's tests, by its files in a checkout. */
export interface Suite {
  name: string
  files: string[]

  /** Whether its nodes come from `createLibp2p`. Services' own suites put stubs in the place of a node, and are run once. */
  makesNodes: boolean

  /** Its package in a checkout, of a suite that makes no nodes. */
  directory?: string

  /** Ms that it may take. Default 180,000. */
  timeout?: number

  /** Where in a checkout it looks for its fixtures. */
  cwd?: string

  /** What it wants in its environment. */
  variables?: Record<string, string>

  /** It finds relays in its environment. */
  needsRelays?: boolean

  /** Its peers are go-libp2p's daemon. */
  needsDaemon?: boolean
}

/** All that js-libp2p runs itself: `dht.node.ts`, which it does not, no longer passes there. */
const INTEGRATION = 'packages/integration-tests/test'
const LIBP2P = 'packages/libp2p/test'

const TRANSPORTS = ['circuit-relay', 'memory', 'tcp', 'webrtc-direct', 'webrtc', 'websockets']
const CORE = ['core', 'events', 'get-public-key', 'peer-id', 'service-dependencies', 'status', 'user-agent']

export const SUITES: Suite[] = [
  integration('bootstrap', 'bootstrap.spec.ts'),
  { ...integration('circuit relay', 'circuit-relay.node.ts', 'circuit-relay.spec.ts', 'circuit-relay-discovery.node.ts'), timeout: 400_000 },
  { ...integration('circuit relay with Go', 'circuit-relay-discovery.spec.ts'), needsDaemon: true },
  integration('connection gater', 'connection-gater.spec.ts'),
  integration('connections', 'connections.spec.ts'),
  integration('core', 'core.spec.ts', 'lifecycle.spec.ts', 'listening.spec.ts', 'peers.spec.ts'),
  integration('dcutr', 'dcutr.node.ts'),
  integration('events', 'events.spec.ts', 'progress-events.spec.ts'),
  integration('fetch', 'fetch.spec.ts'),
  integration('identify', 'identify.node.ts', 'protocol-prefix.spec.ts'),
  integration('mdns', 'mdns.node.ts'),
  integration('ping', 'ping.spec.ts'),
  integration('webrtc', 'webrtc-private-to-private.spec.ts', 'webrtc-early-stream-race.node.ts'),
  { ...integration('interop with go-libp2p', 'interop.ts'), needsDaemon: true, timeout: 400_000 },
  integration('transport compliance', ...TRANSPORTS.map(name => `compliance/transport/${name}.spec.ts`)),
  libp2p('Libp2p', ...CORE.map(name => `core/${name}.spec.ts`)),
  libp2p('connection manager', 'connection-manager/index.spec.ts'),
  libp2p('content routing', 'content-routing/content-routing.spec.ts'),
  libp2p('peer discovery', 'peer-discovery/peer-discovery.spec.ts'),
  libp2p('peer routing', 'peer-routing/peer-routing.spec.ts'),
  libp2p('registrar', 'registrar/protocols.spec.ts'),

  // It switches the check of certificates off, of the WebSockets of Node that js-libp2p uses.
  { name: 'transport: websockets', files: ['packages/transport-websockets/test/node.ts'], makesNodes: true, cwd: 'packages/transport-websockets', variables: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } },

  atWork('perf'),
  atWork('simple-metrics'),

  service('autonat', 'protocol-autonat', 'index.spec.ts'),
  service('autonat v2', 'protocol-autonat-v2', 'client.spec.ts', 'server.spec.ts', 'events.spec.ts'),
  service('bootstrap', 'peer-discovery-bootstrap', 'bootstrap.spec.ts', 'compliance.spec.ts'),
  service('circuit relay v2', 'transport-circuit-relay-v2', '*.spec.ts'),
  service('dcutr', 'protocol-dcutr', '*.ts'),
  service('echo', 'protocol-echo', 'index.spec.ts'),
  service('fetch', 'protocol-fetch', 'index.spec.ts'),
  service('floodsub', 'floodsub', '*.spec.ts'),
  { ...service('gossipsub', 'gossipsub', '*.spec.ts'), timeout: 400_000 },
  service('identify', 'protocol-identify', '*.spec.ts'),
  { ...service('kad-dht', 'kad-dht', '**/*.spec.ts'), timeout: 400_000 },
  service('keychain', 'keychain', '*.spec.ts'),
  service('mdns', 'peer-discovery-mdns', '*.spec.ts'),
  service('perf', 'protocol-perf', 'index.spec.ts'),
  service('ping', 'protocol-ping', 'index.spec.ts'),
  service('pnet', 'pnet', 'index.spec.ts'),
  service('prometheus', 'metrics-prometheus', '*.spec.ts'),
  service('simple metrics', 'metrics-simple', 'index.spec.ts'),
  service('upnp-nat', 'upnp-nat', '*.spec.ts')
]

function integration (name: string, ...files: string[]): Suite {
  return { name: `integration: ${name}`, files: files.map(file => `${INTEGRATION}/${file}`), makesNodes: true, needsRelays: true }
}

function libp2p (name: string, ...files: string[]): Suite {
  return { name: `libp2p: ${name}`, files: files.map(file => `${LIBP2P}/${file}`), makesNodes: true }
}

/** A suite of our own for a module that only a checkout has. */
function atWork (name: string): Suite {
  return { name: `at work: ${name}`, files: [fileURLToPath(new URL(`${name}.spec.ts`, import.meta.url))], makesNodes: true }
}

function service (name: string, directory: string, ...files: string[]): Suite {
  return { name: `service: ${name}`, files: files.map(file => `packages/${directory}/test/${file}`), makesNodes: false, directory }
}
