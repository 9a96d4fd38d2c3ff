import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createSwarm } from '@libp2p-ws/swarm'
import { SimulatedNetwork, systemClock } from '@libp2p-ws/testing'
import { multiaddr } from '@multiformats/multiaddr'
import type { Scenario, ScenarioAddress } from './scenarios.ts'
import type { PeerId } from '@libp2p/interface'
import type { DialTrace } from '@libp2p-ws/core'
import type { DialTraceEvent } from '@libp2p-ws/dialer'
import type { CreateSwarmInit, Swarm } from '@libp2p-ws/swarm'
import type { SimulatedHost } from '@libp2p-ws/testing'

/** One way, ms: two hosts on one continent. */
const LATENCY = 20

/** A dial that is under way, or over. */
export interface SimulatedDial {
  /** A snapshot of what it has done so far; absent before the first address is known. */
  trace(): DialTrace | undefined

  /** Resolves when the dial is over, whether it has connected or failed. */
  ended: Promise<void>
}

/** Dials a peer whose addresses behave as `scenario` says. Only the network is simulated. */
export async function dialScenario ({ addresses }: Scenario): Promise<SimulatedDial> {
  const network = new SimulatedNetwork({ clock: systemClock, link: { latency: LATENCY } })
  const remote = network.addHost({ addresses: [...new Set(addresses.map(({ address }) => hostOf(address)))].filter(isSpecified) })
  const local = network.addHost({ addresses: ['/ip4/198.51.100.1', '/ip6/2001:db8:ffff::1'] })
  const listener = await start(remote, { listen: addresses.filter(isListened).map(({ address }) => multiaddr(address)) })
  let last: DialTrace | undefined
  const dialer = await start(local, {
    peerRouting: routing(addresses),
    dialer: { onTrace: (event: DialTraceEvent) => { last = event.type === 'ended' ? event.trace : last } }
  })

  for (const { address, behaviour } of addresses) {
    behaviour === 'is dead' && network.fault(address, 'drop')
    behaviour === 'stalls' && network.fault(address, 'stall')
  }

  return {
    trace: () => dialer.dialer.pending()[0] ?? last,
    ended: dial(dialer, listener.localPeer, addresses)
      // the trace says why
      .catch(() => {})
      .finally(async () => Promise.all([dialer.close(), listener.close()]))
  }
}

async function start (host: SimulatedHost, init: CreateSwarmInit): Promise<Swarm> {
  return createSwarm({ transports: [host.transport()], connectionEncrypters: [noise()], streamMuxers: [yamux()], ...init })
}

async function dial (swarm: Swarm, peer: PeerId, addresses: ScenarioAddress[]): Promise<void> {
  const known = addresses.filter(({ foundAfter }) => foundAfter === undefined)
  await swarm.dialPeer(peer, { addresses: known.map(({ address }) => multiaddr(address)) })
}

/** Finds what the caller does not know, when it is time. */
function routing (addresses: ScenarioAddress[]): NonNullable<CreateSwarmInit['peerRouting']> {
  return {
    findPeer: async id => {
      const found = addresses.filter(({ foundAfter }) => foundAfter !== undefined)
      await new Promise<void>(resolve => { systemClock.setTimeout(resolve, Math.max(0, ...found.map(({ foundAfter = 0 }) => foundAfter))) })

      return { id, multiaddrs: found.map(({ address }) => multiaddr(address)) }
    }
  }
}

/** `/ip4/192.0.2.1/tcp/4001/ws` → `/ip4/192.0.2.1`. */
function hostOf (address: string): string {
  return address.split('/').slice(0, 3).join('/')
}

function isSpecified (host: string): boolean {
  return host !== '/ip4/0.0.0.0'
}

function isListened ({ behaviour }: ScenarioAddress): boolean {
  return behaviour === 'answers' || behaviour === 'stalls'
}
