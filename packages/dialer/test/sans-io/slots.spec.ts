/** Who may dial: limits, slots that are given away, and shortages of the host. */
import { expect } from 'aegir/chai'
import { bad, good, publicAddresses, World } from '../support/world.ts'
import type { Behaviour } from '../support/world.ts'

/** A host `rtt` ms away that needs `flights` round trips; the first makes the TCP connection. */
function far (rtt: number, flights: number): Behaviour {
  return [{ after: rtt, update: { type: 'connected' } }, ...good(rtt * flights)]
}

/** Ms of attempts at `address`, all together. */
function timeDialed (world: World, address: string): number {
  return world.attempts
    .filter(attempt => attempt.address === address)
    .reduce((sum, { startedAt, endedAt = 0 }) => sum + endedAt - startedAt, 0)
}

describe('slots', () => {
  describe('an attempt that is silent for 1 s gives its slot to an address never tried', () => {
    it('and goes back in the queue', () => {
      const world = new World()
      const addresses = publicAddresses(9)
      const [first = '', ...others] = addresses
      world.dial('peer', addresses)
      world.run(1_000)

      expect(world.startsOf(others[7] ?? '')).to.deep.equal([1_000])
      expect(world.attempts[0]).to.include({ address: first, aborted: 'yielded', endedAt: 1_000 })
      expect(world.scheduler.load).to.include({ inFlight: 8, waiting: 1 })
    })

    it('but keeps it where nobody waits', () => {
      const world = new World()
      const addresses = publicAddresses(8)
      world.behave(addresses[0] ?? '', good(14_999))
      const request = world.dial('peer', addresses)
      world.run()

      expect(world.answer(request)).to.include({ at: 14_999, address: addresses[0] })
      expect(world.attempts).to.have.lengthOf(8)
    })

    it('whichever peer the address belongs to, where file descriptors are short', () => {
      const world = new World({ fdLimit: 2 })
      const [a = '', b = '', c = ''] = publicAddresses(3)
      world.dial('one', [a])
      world.dial('two', [b])
      world.behave(c, good(3))
      const request = world.dial('three', [c])
      world.run(2_000)

      expect(world.answer(request).at).to.equal(1_003)
      expect(world.mostInFlight).to.equal(2)
    })

    it('and nothing to an address that needs no file descriptor where those are short', () => {
      const world = new World({ fdLimit: 1 })
      const udp = '/ip4/8.8.8.8/udp/1/quic-v1'
      const [a = '', b = ''] = publicAddresses(2)
      world.dial('one', [udp])
      world.dial('two', [a])
      world.dial('three', [b])
      world.run(1_500)

      expect(world.attempts.map(({ address, aborted }) => [address, aborted])).to.deep.equal([[udp, undefined], [a, 'yielded'], [b, undefined]])
    })

    it('an attempt that makes progress is not silent', () => {
      const world = new World({ perPeerLimit: 1 })
      const [a = '', b = ''] = publicAddresses(2)
      world.behave(a, [
        { after: 900, update: { type: 'connected' } },
        { after: 1_800, update: { type: 'securing' } },
        ...good(2_700)
      ])
      const request = world.dial('peer', [a, b])
      world.run()

      expect(world.answer(request)).to.include({ at: 2_700, address: a })
    })

    it('once connected, silence is measured by the round trip', () => {
      const world = new World({ perPeerLimit: 1 })
      const [a = '', b = ''] = publicAddresses(2)
      world.behave(a, [{ after: 900, update: { type: 'connected' } }, ...good(900 + 2_699)])
      const request = world.dial('peer', [a, b])
      world.run()

      expect(world.answer(request)).to.include({ at: 3_599, address: a })
    })

    it('a host that accepts and then says nothing loses its slot as a dead one', () => {
      const world = new World({ otherwise: [{ after: 3, update: { type: 'connected' } }] })
      const addresses = publicAddresses(9)
      world.behave(addresses[8] ?? '', good(3))
      const request = world.dial('peer', addresses)
      world.run()

      expect(world.answer(request).at).to.be.at.most(1_006)
    })

    it('can be turned off', () => {
      const world = new World({ silence: Infinity })
      const addresses = publicAddresses(9)
      world.behave(addresses[8] ?? '', good(3))
      const request = world.dial('peer', addresses)
      world.run()

      // as go-libp2p: the first slot is free when the first address has timed out
      expect(world.answer(request).at).to.equal(15_003)
    })
  })

  describe('an address that was tried', () => {
    it('never takes a slot from one that was not', () => {
      const world = new World()
      world.dial('peer', publicAddresses(100))
      world.run(14_000)
      const starts = publicAddresses(100).map(address => world.startsOf(address))
      const lastFirst = Math.max(...starts.map(([first = Infinity]) => first))
      const firstRetry = Math.min(...starts.map(([, second = Infinity]) => second))

      expect(lastFirst).to.equal(12_250)
      expect(firstRetry).to.be.above(lastFirst)
    })

    it('takes that of an attempt silent for 4 s, so that a slow host is found among dead ones', () => {
      const world = new World()
      const addresses = publicAddresses(9)

      // slower than the silence that costs it its first slot
      world.behave(addresses[0] ?? '', far(1_200, 3))
      const request = world.dial('peer', addresses)
      world.run()

      expect(world.startsOf(addresses[0] ?? '')).to.deep.equal([0, 4_250])
      expect(world.answer(request)).to.include({ at: 7_850, address: addresses[0] })
    })

    it('takes the slot of each address once', () => {
      const world = new World({ perPeerLimit: 1 })
      const addresses = publicAddresses(2)
      world.behave(addresses[0] ?? '', good(9_999))
      const request = world.dial('peer', addresses)
      world.run()

      expect(world.answer(request).address).to.equal(addresses[0])
      expect(world.startsOf(addresses[0] ?? '')).to.have.lengthOf(3)
    })

    it('has its timeout of dialing in all, however many tries that takes', () => {
      const world = new World()
      const addresses = publicAddresses(20)
      const request = world.dial('peer', addresses)
      world.run()
      const dialing = addresses.map(address => timeDialed(world, address))

      expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_ALL_DIALS_FAILED')
      expect(Math.max(...dialing)).to.equal(15_000)
      expect(Math.min(...dialing)).to.be.above(14_000)
      // no longer than with the slots never given away
      expect(world.answer(request).at).to.be.at.most(45_500)
    })
  })

  it('with 1.2 s round trips and 8 dead addresses, the good one takes its flights and no more', () => {
    const world = new World()
    const addresses = publicAddresses(9)
    world.behave(addresses[8] ?? '', far(1_200, 3))
    const request = world.dial('peer', addresses)
    world.run()

    expect(world.answer(request).at).to.equal(4_600)
  })

  describe('the waiting room', () => {
    it('lets urgent requests go first', () => {
      const world = new World({ fdLimit: 1, silence: Infinity })
      const [a = '', b = '', c = '', d = ''] = publicAddresses(4)
      world.dial('first', [a])
      world.dial('low', [b], { priority: 10 })
      world.dial('normal', [c])
      world.dial('high', [d], { priority: 90 })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a, d, c, b])
    })

    it('an urgent request that joins makes the dial urgent', () => {
      const world = new World({ fdLimit: 1, silence: Infinity })
      const [a = '', b = '', c = ''] = publicAddresses(3)
      world.dial('first', [a])
      world.dial('one', [b])
      world.dial('two', [c])
      world.dial('two', [c], { priority: 90 })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a, c, b])
    })

    it('a request whose time is over in it says so, and nothing is held against the peer', () => {
      const world = new World({ fdLimit: 1, silence: Infinity })
      const [a = '', b = ''] = publicAddresses(2)
      world.dial('first', [a])
      const request = world.dial('second', [b], { timeout: 1_000 })
      world.run(1_000)

      expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_DIAL_SLOT_TIMEOUT')
      expect(world.scheduler.backoff.size).to.equal(0)
    })

    it('a host without sockets tries again, and nothing is held against the peer', () => {
      const world = new World()
      const [a = ''] = publicAddresses(1)
      world.behave(a, bad(0, 'EMFILE'))
      const request = world.dial('peer', [a])
      world.run(600)
      expect(world.startsOf(a)).to.deep.equal([0, 250, 500])

      world.behave(a, good(3))
      world.run()
      expect(world.answer(request).at).to.equal(753)
      expect(world.scheduler.backoff.size).to.equal(0)
    })
  })

  it('an address that a shortage kept from being tried still goes before those that were', () => {
    const world = new World({ perPeerLimit: 1 })
    const [a = ''] = publicAddresses(1)
    const local = '/ip4/127.0.0.1/tcp/1/ws'
    world.behave(a, bad(0, 'EMFILE'))
    world.dial('peer', [a, local])
    world.run(100)
    world.behave(a, good(3))
    world.run()

    // the other one holds the slot from the start, and is silent for 1 s
    expect(world.startsOf(local)).to.deep.equal([0])
    expect(world.startsOf(a)).to.deep.equal([0, 1_000])
  })

  describe('timeouts', () => {
    const cases: Array<[string, string, number]> = [
      ['public', '/ip4/8.8.8.8/tcp/1/ws', 15_000],
      ['private', '/ip4/192.168.1.1/tcp/1/ws', 5_000],
      ['loopback', '/ip6/::1/tcp/1/ws', 5_000]
    ]

    for (const [name, address, timeout] of cases) {
      it(`${name} addresses: ${timeout} ms`, () => {
        const world = new World()
        const request = world.dial('peer', [address])
        world.run()

        expect(world.answer(request).at).to.equal(timeout)
        expect(world.answer(request)).to.have.nested.property('error.dialErrors[0].cause.code', 'ERR_DIAL_TIMEOUT')
        expect(world.attempts[0]).to.include({ endedAt: timeout, aborted: 'timed out' })
      })
    }

    it('can be set', () => {
      const world = new World({ dialTimeout: 2_000, dialTimeoutLocal: 3_000 })
      const requests = [world.dial('public', ['/ip4/8.8.8.8/tcp/1/ws']), world.dial('private', ['/ip4/127.0.0.1/tcp/1/ws'])]
      world.run()

      expect(requests.map(request => world.answer(request).at)).to.deep.equal([2_000, 2_000])
    })

    it('each request has its own', () => {
      const world = new World()
      const [a = ''] = publicAddresses(1)
      world.behave(a, good(3_000))
      const short = world.dial('peer', [a], { timeout: 1_000 })
      const long = world.dial('peer', [a], { timeout: 5_000 })
      world.run()

      expect(world.answer(short)).to.have.nested.property('error.cause.code', 'ERR_DIAL_TIMEOUT')
      expect(world.answer(short).at).to.equal(1_000)
      expect(world.answer(long).at).to.equal(3_000)
    })
  })
})
