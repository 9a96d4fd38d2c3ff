import * as fc from 'fast-check'
import { bad, dead, found, good, World } from './world.ts'
import type { Behaviour } from './world.ts'

const RELAY = '12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a'
export const PEERS: readonly string[] = ['one', 'two', 'three', 'four']

// the peer is in the port, so that no two peers share an address
const SHAPES: Array<(host: number, port: number) => string> = [
  (host, port) => `/ip4/8.8.8.${host}/tcp/${port}/ws`,
  (host, port) => `/ip4/8.8.8.${host}/tcp/${port}`,
  (host, port) => `/ip6/2001::${host}/tcp/${port}/ws`,
  (host, port) => `/ip4/192.168.0.${host}/tcp/${port}/ws`,
  (host, port) => `/ip4/8.8.8.${host}/udp/${port}/quic-v1`,
  (host, port) => `/dns4/host-${host}.example.com/tcp/${port}/wss`,
  (host, port) => `/ip4/8.8.8.${host}/tcp/${port}/p2p/${RELAY}/p2p-circuit`,
  (host, port) => `/ip4/0.0.0.0/tcp/${port + host}`
]

export const time: fc.Arbitrary<number> = fc.integer({ min: 0, max: 20_000 })

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.constant(dead),
  fc.record({ after: time, code: fc.constantFrom('ECONNREFUSED', 'EMFILE', 'ENETUNREACH', 'ETIMEDOUT') }).map(({ after, code }) => bad(after, code)),
  fc.record({ after: time, limited: fc.boolean(), direct: fc.boolean() }).map(({ after, ...kind }) => good(after, kind)),
  fc.tuple(fc.integer({ min: 0, max: 3_000 }), fc.oneof(time.map(after => bad(after)), time.map(after => good(after)), fc.constant(dead)))
    .map(([connected, rest]) => [
      { after: connected, update: { type: 'connected' as const } },
      ...rest.map(({ after, update }) => ({ after: after + connected, update }))
    ])
)

const request = fc.record({
  peer: fc.nat({ max: PEERS.length - 1 }),
  at: time,
  timeout: fc.oneof(fc.constant(60_000), fc.integer({ min: 1, max: 30_000 })),
  priority: fc.constantFrom(10, 50, 90),
  forceDirect: fc.boolean(),
  allowLimited: fc.boolean(),
  initiator: fc.constantFrom(undefined, undefined, undefined, true, false),

  // the addresses that come with it, and those that come later
  first: fc.nat({ max: 12 }),
  later: fc.array(fc.record({ after: time, count: fc.nat({ max: 8 }) }), { maxLength: 3 }),
  cancelAfter: fc.option(time, { freq: 3 })
})

export const scenario = fc.record({
  fdLimit: fc.integer({ min: 1, max: 20 }),
  perPeerLimit: fc.integer({ min: 1, max: 8 }),
  dialAttempts: fc.constantFrom(1, 1, 2, 3),
  hosts: fc.array(fc.record({ shape: fc.nat({ max: SHAPES.length - 1 }), behaviour }), { minLength: 1, maxLength: 30 }),
  requests: fc.array(request, { minLength: 1, maxLength: 10 }),
  networkChange: fc.option(time)
})

export type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** One scenario that is being played. */
export class Play {
  readonly world: World
  readonly made = new Map<number, Scenario['requests'][number]>()
  readonly #hosts: Scenario['hosts']

  constructor ({ hosts, requests, networkChange, ...init }: Scenario, inspect?: (world: World) => void) {
    this.#hosts = hosts
    this.world = new World({ ...init, ...(inspect === undefined ? {} : { inspect }) })

    PEERS.forEach((_, peer) => {
      this.#addresses(peer, 0, hosts.length).forEach((address, i) => { this.world.behave(address, hosts[i]?.behaviour ?? dead) })
    })

    for (const wanted of requests) {
      this.world.at(wanted.at, () => { this.#request(wanted) })
    }

    if (networkChange !== null) {
      this.world.at(networkChange, () => { this.world.tell((scheduler, now) => { scheduler.resetNetworkState(now) }) })
    }

    this.world.run()
  }

  #request (wanted: Scenario['requests'][number]): void {
    const { world } = this
    const { peer, first, later, cancelAfter, initiator, ...options } = wanted
    const id = world.dial(PEERS[peer] ?? '', [], { ...options, ...(initiator === undefined ? {} : { initiator }), lookups: later.length + 1 })
    const dial = world.dialOf(PEERS[peer] ?? '')
    this.made.set(id, wanted)
    this.#find(dial, this.#addresses(peer, 0, first))
    later.reduce((from, { after, count }) => {
      world.at(world.now + after, () => { this.#find(dial, this.#addresses(peer, from, count)) })

      return from + count
    }, first)

    if (cancelAfter !== null) {
      world.at(world.now + cancelAfter, () => { world.tell((scheduler, now) => { scheduler.handleCancel(now, id) }) })
    }
  }

  /** A source of `addresses`, which ends with them. */
  #find (dial: number, addresses: string[]): void {
    this.world.tell((scheduler, now) => {
      scheduler.handleCandidates(now, dial, found(addresses))
      scheduler.handleLookupEnd(now, dial, false)
    })
  }

  #addresses (peer: number, from: number, count: number): string[] {
    return this.#hosts.slice(from, from + count).map(({ shape }, i) => SHAPES[shape]?.(from + i + 1, 1_000 * (peer + 1)) ?? '')
  }
}
