import { ADDRESS, deadAddress, deadAddress6, FAR, VERY_FAR } from './network.ts'
import { DEAD_NAME, DEAD_PORT, GOOD_PORT, REFUSED_PORT, SLOW_NAME, STALLED_PORTS, WRONG_CERTIFICATE_PORT, WRONG_PEER_PORT } from './places.ts'
import type { Goal } from './goals.ts'
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

  /** Dialed before by the same host, and not measured. */
  before?(listeners: Listeners): DialTarget[]
  targets(listeners: Listeners): DialTarget[]

  /** The caller's patience, ms. Default: that of `DIAL_TIMEOUT`. */
  timeout?: number

  /** None of the peers can be connected to: the time is until the caller is told. */
  fails?: boolean

  /** libp2p-ws has `connectionManager.dialBackoff` on, which js-libp2p has not and go-libp2p always has. */
  backoff?: boolean
  goal: Goal
}

/** Peers of the case of many at once, and the dead addresses of each. */
export const CROWD = 200
const CROWD_DEAD = 3

const CALLERS = 50
const QUICK = 10

const GOOD = address(ADDRESS.listener, GOOD_PORT)
const DEAD6 = `/ip6/${deadAddress6(0)}/tcp/${GOOD_PORT}/ws`
const WRONG_CERTIFICATE = `/ip4/${ADDRESS.listener}/tcp/${WRONG_CERTIFICATE_PORT}/tls/ws`

export const CASES: DialCase[] = [
  { ...goodAfter('one good address', [], { text: 'js/2', ms: ({ js }) => js / 2 }), repeat: 20 },
  ...[1, 2, 7].map(count => goodAfter(`${count} dead, then the good one`, dead(0, count), afterH(250))),
  goodAfter('8 dead, then the good one', dead(0, 8), afterH(1_000)),
  goodAfter('20 dead, then the good one', dead(0, 20), afterH(2_250)),
  ...[1, 3].map(count => goodAfter(`${count} stalled, then the good one`, stalled(count), afterH(250))),
  { ...goodAfter('20 refused, then the good one', refused(20), afterH(10)), repeat: QUICK },
  goodAfter('IPv6 dead, IPv4 good', [DEAD6], afterH(250)),
  {
    ...goodAfter('IPv6 dead, IPv4 good, dialed once before', [DEAD6], afterH(0)),
    before: goodAfter('', [DEAD6], afterH(0)).targets
  },
  { ...goodAfter('wrong peer id, then the good one', [address(ADDRESS.listener, WRONG_PEER_PORT)], afterH(20)), repeat: QUICK },
  { ...goodAfter('wrong certificate, then the good one', [WRONG_CERTIFICATE], afterH(20)), repeat: QUICK },
  {
    name: 'one good address, 100 ms round trip',
    repeat: QUICK,
    targets: ({ good }) => [{ peerId: good.peerId, addrs: [address(FAR.listener, GOOD_PORT)] }],
    goal: afterH(300)
  },
  {
    name: '8 dead, then the good one, 1.2 s round trip',
    targets: ({ good }) => [{ peerId: good.peerId, addrs: [...dead(0, 8), address(VERY_FAR.listener, GOOD_PORT)] }],
    goal: atMost(4_600)
  },
  goodAfter('name that resolves after 3 s, good IP', [`/dns4/${SLOW_NAME}/tcp/${GOOD_PORT - 1}/ws`], afterH(0)),
  goodAfter('name that never resolves, good IP', [`/dns4/${DEAD_NAME}/tcp/${GOOD_PORT - 1}/ws`], afterH(0)),
  {
    name: `${CROWD} peers at once, each ${CROWD_DEAD} dead, then the good one`,
    targets: ({ crowd }) => crowd.map(({ peerId, port }, index) => ({
      peerId,
      addrs: [...dead(index * CROWD_DEAD, CROWD_DEAD), address(ADDRESS.listener, port)]
    })),
    goal: { ...atMost(2_000), halfOpen: 160 }
  },
  {
    name: `${CALLERS} callers for one peer`,
    repeat: QUICK,
    targets: ({ good }) => range(CALLERS).map(() => ({ peerId: good.peerId, addrs: [GOOD] })),
    goal: { text: '', opened: 1 }
  },
  redial('a peer that has just refused at 2 addresses', { text: '', opened: 2 }),
  { ...redial('the same, with `dialBackoff`', { text: '', opened: 0, says: 'backoff' }), backoff: true },
  {
    name: "8 dead, and the caller's patience is 1 s",
    targets: ({ good }) => [{ peerId: good.peerId, addrs: dead(0, 8) }],
    timeout: 1_000,
    fails: true,
    goal: afterH(1_000)
  }
]

function goodAfter (name: string, addresses: string[], goal: Goal): DialCase {
  return {
    name,
    targets: ({ good }) => [{ peerId: good.peerId, addrs: [...addresses, GOOD] }],
    goal
  }
}

function redial (name: string, goal: Goal): DialCase {
  const targets = ({ good }: Listeners): DialTarget[] => [{ peerId: good.peerId, addrs: refused(2) }]

  return { name, repeat: QUICK, before: targets, targets, fails: true, goal }
}

/** So many ms, and what one good address takes. */
function afterH (ms: number): Goal {
  return { text: ms === 0 ? 'h' : `${ms.toLocaleString('en')} + h`, ms: ({ h }) => ms + h, addsH: true }
}

function atMost (ms: number): Goal {
  return { text: ms.toLocaleString('en'), ms: () => ms }
}

function dead (from: number, count: number): string[] {
  return range(count).map(n => address(deadAddress(from + n), DEAD_PORT + n))
}

function refused (count: number): string[] {
  return range(count).map(n => address(ADDRESS.listener, REFUSED_PORT + n))
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
