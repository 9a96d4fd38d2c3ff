/** What holds for the scheduler whatever happens: random peers, addresses, delays, failures, cancels and joins. */
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { bad, dead, found, good, publicAddresses, World } from '../support/world.ts'
import type { Behaviour } from '../support/world.ts'

const NOTHING = { dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 }
const RELAY = '12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a'
const PEERS = ['one', 'two', 'three', 'four']

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

const time = fc.integer({ min: 0, max: 20_000 })

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

const scenario = fc.record({
  fdLimit: fc.integer({ min: 1, max: 20 }),
  perPeerLimit: fc.integer({ min: 1, max: 8 }),
  hosts: fc.array(fc.record({ shape: fc.nat({ max: SHAPES.length - 1 }), behaviour }), { minLength: 1, maxLength: 30 }),
  requests: fc.array(request, { minLength: 1, maxLength: 10 }),
  networkChange: fc.option(time)
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

/** One scenario that is being played. */
class Play {
  readonly world: World
  readonly made = new Map<number, Scenario['requests'][number]>()
  readonly #hosts: Scenario['hosts']

  constructor ({ fdLimit, perPeerLimit, hosts, requests, networkChange }: Scenario, inspect?: (world: World) => void) {
    this.#hosts = hosts
    this.world = new World({ fdLimit, perPeerLimit, ...(inspect === undefined ? {} : { inspect }) })

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

/** Addresses that are said to wait for a slot. */
function queued (world: World): number {
  return world.scheduler.pending().flatMap(({ records }) => records).filter(({ phase }) => phase === 'queued').length
}

function holdsFd (address: string): boolean {
  return address.includes('/tcp/') && !address.includes('p2p-circuit')
}

function addressesInFlight ({ inFlight }: World): string[] {
  return inFlight.map(({ address }) => address)
}

/** Attempts in flight to the peer that has most. */
function mostOfOnePeer ({ inFlight }: World): number {
  const dials = new Map<number, number>()

  for (const { dial } of inFlight) {
    dials.set(dial, (dials.get(dial) ?? 0) + 1)
  }

  return Math.max(0, ...dials.values())
}

function play (setup: Scenario, inspect?: (world: World) => void): Play {
  return new Play(setup, inspect)
}

describe('properties of the scheduler', () => {
  it('never more in flight than the limits allow, and no address twice', () => {
    fc.assert(fc.property(scenario, setup => {
      play(setup, world => {
        const addresses = addressesInFlight(world)
        const withFd = addresses.filter(holdsFd)

        expect(withFd.length).to.be.at.most(setup.fdLimit)
        expect(mostOfOnePeer(world)).to.be.at.most(setup.perPeerLimit)
        expect(new Set(addresses).size).to.equal(addresses.length)
      })
    }))
  })

  it('every request is answered once, in its time, or was cancelled before', () => {
    fc.assert(fc.property(scenario, setup => {
      const { world, made } = play(setup)

      for (const [id, { at, timeout, cancelAfter }] of made) {
        const answers = world.answers.get(id) ?? []
        const end = Math.min(at + timeout, at + (cancelAfter ?? Infinity))

        expect(answers.length).to.equal(answers.length === 0 && cancelAfter !== null ? 0 : 1)
        expect(answers.every(answer => answer.at >= at && answer.at <= end)).to.be.true()
      }
    }))
  })

  it('an answer is what the caller wanted', () => {
    fc.assert(fc.property(scenario, setup => {
      const { world, made } = play(setup)

      for (const [id, { forceDirect, allowLimited }] of made) {
        const [answer] = world.answers.get(id) ?? []
        const success = world.updatesOf(answer?.attempt ?? -1).find(({ type }) => type === 'succeeded')

        expect(answer?.error === undefined).to.equal(answer?.attempt !== undefined || answer === undefined)
        expect(forceDirect && success?.type === 'succeeded' && !success.direct).to.be.false()
        expect(!allowLimited && success?.type === 'succeeded' && success.limited).to.be.false()
      }
    }))
  })

  it('nothing is left behind: no dial, no attempt, no token, no timer', () => {
    fc.assert(fc.property(scenario, setup => {
      const { world } = play(setup)

      expect(world.scheduler.load).to.deep.equal(NOTHING)
      expect(world.inFlight).to.be.empty()
      expect(world.attempts.every(({ endedAt }) => endedAt !== undefined)).to.be.true()
    }))
  })

  it('an address waits for a slot only while one of its limits is reached', () => {
    fc.assert(fc.property(scenario, setup => {
      play(setup, world => {
        const { inFlight, waiting } = world.scheduler.load

        // those beside wait for the host to have sockets again
        expect(queued(world)).to.be.at.least(waiting)
        expect(waiting > 0 && inFlight < Math.min(setup.fdLimit, setup.perPeerLimit)).to.be.false()
      })
    }), { numRuns: 50 })
  })

  it('a live address among 20 that are not is found before the deadline, however slow it is below 10 s', () => {
    const other = fc.oneof(
      fc.constant(dead),
      time.map(after => bad(after)),
      fc.integer({ min: 0, max: 3_000 }).map((after): Behaviour => [{ after, update: { type: 'connected' } }])
    )

    fc.assert(fc.property(fc.array(other, { maxLength: 20 }), fc.nat(), fc.integer({ min: 0, max: 9_900 }), (others, place, latency) => {
      const behaviours = [...others]
      behaviours.splice(place % (others.length + 1), 0, good(latency))
      const addresses = publicAddresses(behaviours.length)
      const world = new World()
      addresses.forEach((address, i) => { world.behave(address, behaviours[i] ?? dead) })
      const id = world.dial('peer', addresses)
      world.run()

      expect(world.answer(id).error).to.be.undefined()
      expect(world.answer(id).at).to.be.below(60_000)
    }), { numRuns: 300 })
  })

  it('a live address that answers within 1 s is found within 250 ms, and 1 s for every 8 that do not, of its turn', () => {
    fc.assert(fc.property(fc.nat({ max: 99 }), fc.nat(), fc.integer({ min: 0, max: 999 }), (deadOnes, place, latency) => {
      const addresses = publicAddresses(deadOnes + 1)
      const world = new World()
      world.behave(addresses[place % addresses.length] ?? '', good(latency))
      const id = world.dial('peer', addresses)
      world.run()

      expect(world.answer(id).at).to.be.at.most(250 + 1_000 * Math.floor(deadOnes / 8) + latency)
    }), { numRuns: 300 })
  })
})
