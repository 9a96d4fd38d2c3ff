/** Suites of js-libp2p that go through its public API alone and that js-libp2p itself runs, by their files in a checkout. */
export interface Suite {
  name: string
  files: string[]
}

const INTEGRATION = 'packages/integration-tests/test'
const LIBP2P = 'packages/libp2p/test'

export const SUITES: Suite[] = [
  integration('bootstrap', 'bootstrap.spec.ts'),
  integration('circuit relay', 'circuit-relay.node.ts', 'circuit-relay.spec.ts', 'circuit-relay-discovery.node.ts'),
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
  integration('transport compliance', ...['circuit-relay', 'memory', 'tcp', 'webrtc-direct', 'webrtc', 'websockets'].map(name => `compliance/transport/${name}.spec.ts`)),
  libp2p('Libp2p', ...['core', 'events', 'get-public-key', 'peer-id', 'service-dependencies', 'status', 'user-agent'].map(name => `core/${name}.spec.ts`)),
  libp2p('content routing', 'content-routing/content-routing.spec.ts'),
  libp2p('peer discovery', 'peer-discovery/peer-discovery.spec.ts'),
  libp2p('peer routing', 'peer-routing/peer-routing.spec.ts'),
  libp2p('registrar', 'registrar/protocols.spec.ts')
]

function integration (name: string, ...files: string[]): Suite {
  return { name: `integration: ${name}`, files: files.map(file => `${INTEGRATION}/${file}`) }
}

function libp2p (name: string, ...files: string[]): Suite {
  return { name: `libp2p: ${name}`, files: files.map(file => `${LIBP2P}/${file}`) }
}
