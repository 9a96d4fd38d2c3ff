import { ADDRESS, deadAddress, deadAddress6 } from './network.ts'
import { DEAD_NAME, DEAD_PORT, GOOD_PORT, REFUSED_PORT, SLOW_NAME, STALLED_PORTS, WRONG_PEER_PORT } from './places.ts'
import type { DialTarget } from '@libp2p-ws/interop/contract'

/** The peers that can be dialed. */
export interface Listeners {
  good: { peerId: string }

  /** Peers for the case of many at once, each at a port of its own. */
  crowd: Array<{ peerId: string, port: number }>
}

export interface DialCase {
  name: string

  /** How often a quick case is measured; the slow ones as often as the command line says. */
  repeat?: number
  targets(listeners: Listeners): DialTarget[]
}

/** Peers of the case of many at once, and the dead addresses of each. */
export const CROWD = 200
const CROWD_DEAD = 3

const GOOD = address(ADDRESS.listener, GOOD_PORT)

export const CASES: DialCase[] = [
  { ...goodAfter('one good address', []), repeat: 20 },
  ...[1, 2, 7, 8, 20].map(count => goodAfter(`${count} dead, then the good one`, dead(0, count))),
  goodAfter('1 stalled, then the good one', stalled(1)),
  goodAfter('3 stalled, then the good one', stalled(3)),
  { ...goodAfter('20 refused, then the good one', range(20).map(n => address(ADDRESS.listener, REFUSED_PORT + n))), repeat: 10 },
  goodAfter('IPv6 dead, IPv4 good', [`/ip6/${deadAddress6(0)}/tcp/${GOOD_PORT}/ws`]),
  { ...goodAfter('wrong peer id, then the good one', [address(ADDRESS.listener, WRONG_PEER_PORT)]), repeat: 10 },
  {
    name: 'one good address, 100 ms round trip',
    repeat: 10,
    targets: ({ good }) => [{ peerId: good.peerId, addrs: [address(ADDRESS.farListener, GOOD_PORT)] }]
  },
  goodAfter('name that resolves after 3 s, good IP', [`/dns4/${SLOW_NAME}/tcp/${GOOD_PORT - 1}/ws`]),
  goodAfter('name that never resolves, good IP', [`/dns4/${DEAD_NAME}/tcp/${GOOD_PORT - 1}/ws`]),
  {
    name: `${CROWD} peers at once, each ${CROWD_DEAD} dead, then the good one`,
    targets: ({ crowd }) => crowd.map(({ peerId, port }, index) => ({
      peerId,
      addrs: [...dead(index * CROWD_DEAD, CROWD_DEAD), address(ADDRESS.listener, port)]
    }))
  }
]

function goodAfter (name: string, addresses: string[]): DialCase {
  return {
    name,
    targets: ({ good }) => [{ peerId: good.peerId, addrs: [...addresses, GOOD] }]
  }
}

function dead (from: number, count: number): string[] {
  return range(count).map(n => address(deadAddress(from + n), DEAD_PORT + n))
}

function stalled (count: number): string[] {
  return STALLED_PORTS.slice(0, count).map(port => address(ADDRESS.listener, port))
}

function address (ip: string, port: number): string {
  return `/ip4/${ip}/tcp/${port}/ws`
}

function range (count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
