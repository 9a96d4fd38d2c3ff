/** The constants of seed 003: each is exported, and each can be set. */
import { expect } from 'aegir/chai'
import { BACKOFF_BASE, BACKOFF_COEF, BACKOFF_MAX, CONCURRENT_FD_DIALS, DEFAULT_PER_PEER_RATE_LIMIT, DIAL_ATTEMPTS, DIAL_TIMEOUT_LOCAL, DialBackoff } from '../../src/index.ts'
import { bad, good, publicAddresses, World } from '../support/world.ts'
import type { DialSchedulerInit } from '../../src/index.ts'

const [a = '', b = ''] = publicAddresses(2)

/** Dead addresses in flight at once: 20 of each of `peers`. */
function mostInFlight (peers: number, init: DialSchedulerInit = {}): number {
  const world = new World(init)

  for (let peer = 0; peer < peers; peer++) {
    world.dial(`${peer}`, publicAddresses(20, peer))
  }

  world.run(300)

  return world.mostInFlight
}

/** When a dead private address is given up. */
function givenUpAt (init: DialSchedulerInit = {}): number {
  const world = new World(init)
  const request = world.dial('peer', ['/ip4/192.168.1.1/tcp/1/ws'])
  world.run()

  return world.answer(request).at
}

/** Ms that an address is left alone after it has failed `times`. */
function backoffAfter (times: number, backoff: DialBackoff = new DialBackoff()): number {
  for (let i = 0; i < times; i++) {
    backoff.add('peer', a, 0)
  }

  return backoff.until('peer', a, 0) ?? 0
}

/** Tries at an address that refuses. */
function triesAt (address: string, init: DialSchedulerInit = {}): number {
  const world = new World({ otherwise: bad(10), ...init })
  world.dial('peer', [a, b])
  world.run()

  return world.startsOf(address).length
}

describe('constants of seed 003', () => {
  it('ConcurrentFdDials: fdLimit', () => {
    expect(mostInFlight(50)).to.equal(CONCURRENT_FD_DIALS)
    expect(mostInFlight(50, { fdLimit: 7 })).to.equal(7)
  })

  it('DefaultPerPeerRateLimit: perPeerLimit', () => {
    expect(mostInFlight(1)).to.equal(DEFAULT_PER_PEER_RATE_LIMIT)
    expect(mostInFlight(1, { perPeerLimit: 3 })).to.equal(3)
  })

  it('DialTimeoutLocal: dialTimeoutLocal', () => {
    expect(givenUpAt()).to.equal(DIAL_TIMEOUT_LOCAL)
    expect(givenUpAt({ dialTimeoutLocal: 700 })).to.equal(700)
  })

  it('BackoffBase, BackoffCoef, BackoffMax: base, coef and max', () => {
    expect(backoffAfter(1)).to.equal(BACKOFF_BASE)
    expect(backoffAfter(1, new DialBackoff({ base: 1 }))).to.equal(1)
    expect(backoffAfter(4)).to.equal(BACKOFF_BASE + 9 * BACKOFF_COEF)
    expect(backoffAfter(4, new DialBackoff({ base: 1, coef: 2 }))).to.equal(19)
    expect(backoffAfter(100)).to.equal(BACKOFF_MAX)
    expect(backoffAfter(100, new DialBackoff({ max: 8_000 }))).to.equal(8_000)
  })

  describe('DialAttempts: dialAttempts', () => {
    it('how often each address is dialed', () => {
      expect(triesAt(b)).to.equal(DIAL_ATTEMPTS)
      expect(triesAt(b, { dialAttempts: 3 })).to.equal(3)
    })

    it('the next round begins when all have failed, and has the timeouts of the first', () => {
      const world = new World({ dialAttempts: 2, dialTimeout: 2_000 })
      world.behave(a, bad(100))
      const request = world.dial('peer', [a, b])
      world.run()

      // b goes when a has failed, and is dead
      expect(world.startsOf(a)).to.deep.equal([0, 2_100])
      expect(world.startsOf(b)).to.deep.equal([100, 2_200])
      expect(world.answer(request).at).to.equal(4_200)
      expect(world.answer(request).error?.dialErrors).to.have.lengthOf(2)
    })

    it('an address that works in the second round is the answer', () => {
      const world = new World({ dialAttempts: 2 })
      world.behave(a, bad(100))
      const request = world.dial('peer', [a])
      world.at(50, () => { world.behave(a, good(5)) })
      world.run()

      expect(world.answer(request)).to.include({ at: 105, address: a })
      expect(world.traces.get(1)?.records[0]).to.include({ phase: 'succeeded' }).and.to.not.have.property('error')
    })

    it('counts as one failure in the backoff', () => {
      const world = new World({ dialAttempts: 3, otherwise: bad() })
      world.dial('peer', [a])
      world.run()

      expect(world.scheduler.backoff.until('peer', a, world.now)).to.equal(BACKOFF_BASE)
    })
  })
})
