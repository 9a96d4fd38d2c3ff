/** What holds for the scheduler whatever happens: random peers, addresses, delays, failures, cancels and joins. */
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { SILENCE } from '../../src/index.ts'
import { PEERS, Play, scenario, time } from '../support/play.ts'
import { bad, dead, found, good, publicAddresses, World } from '../support/world.ts'
import type { Scenario } from '../support/play.ts'
import type { Behaviour } from '../support/world.ts'

const NOTHING = { dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 }

/** A caller that joins, with addresses of its own. */
const join = fc.record({ at: time, cancelAfter: fc.option(time), addresses: fc.nat({ max: 8 }) })

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

/** Whether `attempt` was in flight while `wanted` waited, which ended at `end`, and would have answered it: in time, and before it counts as silent. */
function wouldHaveAnswered (world: World, { address, startedAt, endedAt = Infinity, dial }: World['attempts'][number], wanted: Scenario['requests'][number], end: number): boolean {
  const [first] = world.behaviourOf(address)
  const isGood = first?.update.type === 'succeeded' && (!wanted.forceDirect || first.update.direct) && (wanted.allowLimited || !first.update.limited)

  if (!isGood || first.after >= SILENCE || world.peerOf(dial) !== PEERS[wanted.peer]) {
    return false
  }

  const due = startedAt + first.after

  return startedAt <= end && endedAt >= Math.min(due, end) && due > wanted.at && due < wanted.at + wanted.timeout
}

/** A resolver has found `address`, and finds no more. */
function resolve (world: World, dial: number, address: string): void {
  world.tell((scheduler, now) => {
    scheduler.handleCandidates(now, dial, found([address], 'dns'))
    scheduler.handleLookupEnd(now, dial, false)
  })
}

/** A caller joins with the first few of `others`, and perhaps leaves again. */
function joinDial (world: World, others: string[], { at, cancelAfter, addresses }: { at: number, cancelAfter: number | null, addresses: number }): void {
  world.at(at, () => {
    const joined = world.dial('peer', others.slice(0, addresses))

    if (cancelAfter !== null) {
      world.at(at + cancelAfter, () => { world.tell((scheduler, now) => { scheduler.handleCancel(now, joined) }) })
    }
  })
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

  it('nothing is left behind when nobody waits: no dial, no attempt, no token, no timer', () => {
    fc.assert(fc.property(scenario, setup => {
      const { world } = play(setup, ({ scheduler: { load }, inFlight }) => {
        if (load.requests === 0) {
          expect(load).to.deep.equal(NOTHING)
          expect(inFlight).to.be.empty()
        }
      })

      expect(world.scheduler.load).to.deep.equal(NOTHING)
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

  it('who was told that there is no connection had no quick address in flight, whoever joined or left meanwhile', () => {
    fc.assert(fc.property(scenario, setup => {
      const { world, made } = play(setup)

      for (const [id, wanted] of made) {
        const [answer] = world.answers.get(id) ?? []

        if (answer?.error !== undefined) {
          expect(world.attempts.filter(attempt => wouldHaveAnswered(world, attempt, wanted, answer.at))).to.be.empty()
        }
      }
    }), { numRuns: 500 })
  })

  it('a live address that a slow resolver brings is found, whoever joins and leaves', () => {
    fc.assert(fc.property(fc.array(join, { maxLength: 8 }), fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 9_900 }), (joins, foundAt, latency) => {
      const [live = '', ...others] = publicAddresses(20)
      const world = new World()
      world.behave(live, good(latency))
      const id = world.dial('peer', [], { lookups: 1 })
      world.at(foundAt, () => { resolve(world, world.dialOf('peer'), live) })
      joins.forEach(joining => { joinDial(world, others, joining) })
      world.run()

      expect(world.answer(id).error).to.be.undefined()
      expect(world.answer(id).at).to.be.below(60_000)
    }), { numRuns: 300 })
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
