import type { Multiaddr } from '@multiformats/multiaddr'

/** Most telling last: in /ip4/…/tcp/…/tls/ws the transport is `wss`. */
const NAMES = ['memory', 'unix', 'tcp', 'udp', 'quic', 'quic-v1', 'ws', 'wss', 'webtransport', 'webrtc-direct', 'webrtc', 'p2p-circuit']

/** A short name for what carries `address`, as in metrics: `tcp`, `ws`, `wss`, `quic-v1`, …; `unknown` where nothing fits. */
export function transportName (address: Multiaddr): string {
  const names = address.getComponents().map(({ name }) => name)
  const best = Math.max(...names.map(name => NAMES.indexOf(name)))
  const name = NAMES[best] ?? 'unknown'

  return name === 'ws' && names.includes('tls') ? 'wss' : name
}
