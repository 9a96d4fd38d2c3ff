import { expect } from 'aegir/chai'
import { bad, dead, good, World } from '../support/world.ts'
import type { Behaviour } from '../support/world.ts'

const PEERS = 10_000
const ADDRESSES = 5

/** Park and Miller's generator: the same numbers in every run. */
function * numbers (): Generator<number, never> {
  for (let state = 1; ;) {
    state = state * 48_271 % 2_147_483_647
    yield state / 2_147_483_647
  }
}

describe('a simulation of 10,000 peers with 5 addresses each', () => {
  it('keeps to the limits, answers everybody, and leaves no state', () => {
    const random = numbers()
    const next = (): number => random.next().value
    const behaviour = (): Behaviour => {
      const kind = next()

      if (kind < 0.4) {
        return dead
      }

      return kind < 0.7 ? bad(20 + next() * 200) : good(20 + next() * 300)
    }
    const world = new World()
    const requests: number[] = []

    for (let i = 0; i < PEERS; i++) {
      const addresses = Array.from({ length: ADDRESSES }, (_, n) => `/ip4/8.${i >> 8}.${i & 255}.${n + 1}/tcp/4001/ws`)
      addresses.forEach(address => { world.behave(address, behaviour()) })
      world.at(next() * 300_000, () => { requests.push(world.dial(`peer ${i}`, addresses)) })
    }

    world.run()

    expect(requests.map(request => world.answer(request))).to.have.lengthOf(PEERS)
    expect(requests.filter(request => world.answer(request).address !== undefined).length).to.be.above(PEERS * 0.8)
    expect(world.mostInFlight).to.equal(160)
    expect(world.scheduler.load).to.deep.equal({ dials: 0, requests: 0, inFlight: 0, waiting: 0, tokensTaken: 0, timers: 0 })

    // what is remembered of failures is over with its time
    world.scheduler.backoff.prune(world.now + 600_000)
    expect(world.scheduler.backoff.size).to.equal(0)
  })
})
