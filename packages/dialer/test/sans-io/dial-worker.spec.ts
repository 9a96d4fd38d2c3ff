/**
 * The behaviours of go-libp2p's dial_worker_test.go and dial_sync_test.go: one
 * dial to a peer, its schedule, and the requests that join it.
 */
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { bad, found, good, publicAddresses, World } from '../support/world.ts'
import type { WorldInit } from '../support/world.ts'
import type { DialRanker } from '@libp2p-ws/core'

const [a = '', b = '', c = '', d = ''] = publicAddresses(4)

/** Ranks addresses by a table of delays. */
function table (delays: Record<string, number>): DialRanker {
  return addresses => addresses.map(address => ({ address, delay: delays[address.toString()] ?? 0 }))
}

interface TimedDial {
  delay: number
  works: boolean

  /** Ms until it fails. */
  failAfter: number
}

/** A dial to one peer, each of whose addresses has a delay and an outcome. Success is immediate. */
function schedule (dials: TimedDial[], init: WorldInit = {}): { world: World, starts: Array<number | undefined>, request: number } {
  const addresses = publicAddresses(dials.length)
  const delays = Object.fromEntries(addresses.map((address, i) => [address, dials[i]?.delay ?? 0]))
  const world = new World({ ranker: table(delays), ...init })
  dials.forEach(({ works, failAfter }, i) => { world.behave(addresses[i] ?? '', works ? good(0) : bad(failAfter)) })
  const request = world.dial('peer', addresses)
  world.run()

  return { world, starts: addresses.map(address => world.startsOf(address)[0]), request }
}

describe('a dial to one peer', () => {
  describe('go: dial worker loop', () => {
    it('basic: connects', () => {
      const world = new World()
      world.behave(a, good(5))
      const request = world.dial('peer', [a])
      world.run()

      expect(world.answer(request)).to.deep.equal({ at: 5, attempt: 1, address: a })
    })

    it('concurrent: 100 requests share one socket', () => {
      const world = new World()
      world.behave(a, good(5))
      const requests = Array.from({ length: 100 }, () => world.dial('peer', [a]))
      world.run()

      expect(requests.map(request => world.answer(request).address)).to.deep.equal(new Array(100).fill(a))
      expect(world.attempts).to.have.lengthOf(1)
    })

    it('failure: fails when all addresses have', () => {
      const world = new World()
      world.behave(a, bad(10))
      world.behave(b, bad(20))
      const request = world.dial('peer', [a, b])
      world.run()

      expect(world.answer(request)).to.have.property('at', 30)
      expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_ALL_DIALS_FAILED')
    })

    it('concurrent failure: 100 requests are told', () => {
      const world = new World({ otherwise: bad(10) })
      const requests = Array.from({ length: 100 }, () => world.dial('peer', publicAddresses(16)))
      world.run()

      for (const request of requests) {
        expect(world.answer(request).error?.dialErrors).to.have.lengthOf(16)
      }

      expect(world.attempts).to.have.lengthOf(16)
    })

    it('concurrent mix: failing addresses beside a good one fail nobody', () => {
      const world = new World({ otherwise: bad(10) })
      world.behave(d, good(50))
      const requests = Array.from({ length: 100 }, () => world.dial('peer', [a, b, c, d]))
      world.run()

      expect(requests.every(request => world.answer(request).address === d)).to.be.true()
    })

    it('queue: addresses of one delay go together, in the order of delays', () => {
      const { starts } = schedule([3, 2, 1, 1].map(delay => ({ delay: delay * 100, works: false, failAfter: 1_000 })))

      expect(starts).to.deep.equal([300, 200, 0, 0])
    })

    it('ranking, first success: nothing else is dialed', () => {
      const { starts } = schedule([{ delay: 0, works: true, failAfter: 0 }, { delay: 100, works: false, failAfter: 50 }])

      expect(starts).to.deep.equal([0, undefined])
    })

    it('ranking, delayed dials: the next is dialed at once when nothing is in flight', () => {
      const { starts, world, request } = schedule([
        { delay: 0, works: false, failAfter: 200 },
        { delay: 100, works: false, failAfter: 100 },
        { delay: 300, works: false, failAfter: 100 },
        { delay: 2_000, works: true, failAfter: 0 },
        { delay: 2_001, works: false, failAfter: 100 }
      ])

      expect(starts).to.deep.equal([0, 100, 200, 300, undefined])
      expect(world.answer(request).at).to.equal(300)
    })

    it('ranking, failed dials: fails with the last', () => {
      const { starts, world, request } = schedule([{ delay: 0, works: false, failAfter: 105 }, { delay: 100, works: false, failAfter: 20 }])

      expect(starts).to.deep.equal([0, 100])
      expect(world.answer(request).at).to.equal(120)
    })

    it('property: dials when its delay is over, or nothing is in flight, and not after a success', () => {
      const timedDial = fc.record({
        delay: fc.integer({ min: 0, max: 100 }).map(n => n * 10),
        works: fc.constant<boolean>(false),
        failAfter: fc.integer({ min: 1, max: 100 }).map(n => n * 10)
      })

      fc.assert(fc.property(fc.array(timedDial, { minLength: 1, maxLength: 20 }), fc.nat(), fc.nat({ max: 100 }), (dials, place, delay) => {
        // of a delay of its own, so that what goes with it is not a matter of order
        dials.splice(place % (dials.length + 1), 0, { delay: delay * 10 + 5, works: true, failAfter: 0 })
        const { starts } = schedule(dials, { perPeerLimit: 100 })

        expect(starts).to.deep.equal(expectedStarts(dials))
      }))
    })

    it('QUIC over TCP: TCP is not dialed where QUIC works', () => {
      const world = new World()
      world.behave('/ip4/127.0.0.1/udp/20000/quic-v1', good(5))
      world.dial('peer', ['/ip4/127.0.0.1/udp/20000/quic-v1', '/ip4/127.0.0.1/tcp/20000'])
      world.run()

      expect(world.attempts).to.have.lengthOf(1)
    })

    it('hole punching: a simultaneous connect that joins dials everything at once', () => {
      const world = new World({ ranker: table({ [a]: 0, [b]: 10_000 }) })
      world.behave(b, good(5))
      const first = world.dial('peer', [a, b])
      world.run(500)
      expect(world.startsOf(b)).to.be.empty()

      const punch = world.dial('peer', [a, b], { initiator: false })
      world.run()
      expect(world.startsOf(b)).to.deep.equal([500])
      expect(world.attempts.find(({ address }) => address === b)).to.have.property('initiator', false)
      expect([first, punch].map(request => world.answer(request).at)).to.deep.equal([505, 505])
    })

    it('dedup: an address that has failed is not dialed again for a request that joins', () => {
      const world = new World()
      world.behave(a, bad(10))
      world.behave(b, bad(100))
      world.dial('peer', [a, b])
      world.run(50)
      const joined = world.dial('peer', [a])
      world.run()

      expect(world.startsOf(a)).to.deep.equal([0])
      expect(world.answer(joined).error?.dialErrors.map(({ address }) => address.toString())).to.include(a)
    })

    it('upgrade wait: while a TCP connection is being upgraded, the next dial is held for 250 ms', () => {
      const world = new World({ ranker: table({ [a]: 0, [b]: 100 }) })
      world.behave(a, [{ after: 90, update: { type: 'connected' } }])
      world.dial('peer', [a, b])
      world.run(400)

      expect(world.startsOf(b)).to.deep.equal([340])
    })

    it('upgrade wait: not for private addresses, whose dials are quick', () => {
      const local = '/ip4/127.0.0.1/tcp/1/ws'
      const world = new World({ ranker: table({ [local]: 0, [b]: 100 }) })
      world.behave(local, [{ after: 90, update: { type: 'connected' } }])
      world.dial('peer', [local, b])
      world.run(400)

      expect(world.startsOf(b)).to.deep.equal([100])
    })

    it('upgrade wait: ends when the upgrade fails', () => {
      const world = new World({ ranker: table({ [a]: 0, [b]: 0, [c]: 100 }) })
      world.behave(a, [{ after: 90, update: { type: 'connected' } }, ...bad(150)])
      world.dial('peer', [a, b, c])
      world.run(400)

      expect(world.startsOf(c)).to.deep.equal([150])
    })
  })

  describe('go: dial sync', () => {
    it('two requests share one dial', () => {
      const world = new World()
      world.behave(a, good(20))
      const requests = [world.dial('peer', [a]), world.dial('peer', [a])]
      world.run()

      expect(world.attempts).to.have.lengthOf(1)
      expect(requests.map(request => world.answer(request).at)).to.deep.equal([20, 20])
    })

    it('cancel: one request that leaves does not end the dial of the other', () => {
      const world = new World()
      world.behave(a, good(20))
      const [first, second] = [world.dial('peer', [a]), world.dial('peer', [a])]
      world.run(10)
      world.tell((scheduler, now) => { scheduler.handleCancel(now, first) })
      world.run()

      expect(world.answers.get(first)).to.be.empty()
      expect(world.answer(second).at).to.equal(20)
    })

    it('all cancel: the dial ends with the last request, and the peer can be dialed again', () => {
      const world = new World()
      const requests = [world.dial('peer', [a]), world.dial('peer', [a])]
      world.run(10)

      for (const request of requests) {
        world.tell((scheduler, now) => { scheduler.handleCancel(now, request) })
      }

      expect(world.attempts[0]).to.include({ endedAt: 10, aborted: 'canceled' })
      expect(world.traces.get(1)).to.include({ outcome: 'canceled', ended: 10 })
      expect(world.scheduler.load).to.deep.equal({ dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 })

      world.behave(a, good(5))
      const again = world.dial('peer', [a])
      world.run()
      expect(world.answer(again).at).to.equal(15)
    })

    it('fail first: a failed dial does not stay in the way of the next', () => {
      const world = new World()
      world.behave(a, bad(5))
      const first = world.dial('peer', [a])
      world.run()
      world.behave(b, good(5))
      const second = world.dial('peer', [b])
      world.run()

      expect(world.answer(first).error).to.be.an('error')
      expect(world.answer(second).address).to.equal(b)
    })

    it('stress: 1,000 dials of 100 requests, one after another', () => {
      const world = new World()
      world.behave(a, good(1))

      for (let i = 0; i < 100_000; i++) {
        world.dial('peer', [a])

        if (i % 100 === 99) {
          world.run()
        }
      }

      expect([...world.answers.values()].every(([answer]) => answer?.address === a)).to.be.true()
      expect(world.attempts).to.have.lengthOf(1_000)
    })
  })

  it('addresses of a request that joins are dialed for all', () => {
    const world = new World()
    world.behave(b, good(5))
    const first = world.dial('peer', [a])
    world.run(100)
    const second = world.dial('peer', [b])
    world.run()

    expect([first, second].map(request => world.answer(request).address)).to.deep.equal([b, b])
  })

  it('of addresses that come late, the best goes when it is due, and the others keep their distance', () => {
    const world = new World()
    world.dial('peer', [], { lookups: 1 })
    world.run(3_000)
    world.tell((scheduler, now) => { scheduler.handleCandidates(now, world.onlyDial, found(['/ip6/2001::1/tcp/1', a, b])) })
    world.run(4_000)

    expect(world.attempts.map(({ startedAt }) => startedAt)).to.deep.equal([3_000, 3_250, 3_500])
  })

  it('a custom ranker can leave addresses out', () => {
    const world = new World({ ranker: () => [{ address: multiaddr(b), delay: 0 }], otherwise: bad() })
    const request = world.dial('peer', [a, b])
    world.run()

    expect(world.attempts.map(({ address }) => address)).to.deep.equal([b])
    expect(world.answer(request).error?.trace.records.find(({ address }) => address === a)).to.include({ skipped: 'not ranked' })
  })
})

/** When each dial starts, by the rules as go-libp2p's test states them, in steps of time. */
function expectedStarts (dials: TimedDial[]): Array<number | undefined> {
  const starts: Array<number | undefined> = dials.map(() => undefined)

  for (let now = 0; starts.includes(undefined); now += 5) {
    for (;;) {
      const waiting = dials.filter((_, i) => starts[i] === undefined)
      const isBusy = dials.some(({ failAfter }, i) => (starts[i] ?? Infinity) <= now && (starts[i] ?? 0) + failAfter > now)
      const next = Math.min(...waiting.map(({ delay }) => delay))

      if (waiting.length === 0 || (isBusy && next > now)) {
        break
      }

      dials.forEach(({ delay }, i) => {
        if (starts[i] === undefined && delay === next) {
          starts[i] = now
        }
      })

      if (dials.some(({ works }, i) => works && starts[i] !== undefined)) {
        return starts
      }
    }
  }

  return starts
}
