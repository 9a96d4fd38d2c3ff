/** Which addresses are dialed at all, and what is remembered of them. */
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { BlackHoleDetector } from '../../src/index.ts'
import { bad, found, good, publicAddresses, World } from '../support/world.ts'
import type { DialRequest, FoundAddress } from '../../src/index.ts'

const RELAY = '12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a'
const relayed = `/ip4/8.8.8.8/tcp/1/p2p/${RELAY}/p2p-circuit`
const [a = '', b = '', c = ''] = publicAddresses(3)

/** Dials `addresses`, all of which fail, and returns why each was skipped. */
function skips (addresses: string[], world = new World({ otherwise: bad() }), options: Partial<DialRequest> = {}): Record<string, string | undefined> {
  const request = world.dial('peer', addresses, options)
  world.run()

  return Object.fromEntries(world.answer(request).error?.trace.records.map(({ address, skipped }) => [address, skipped]) ?? [])
}

describe('candidates', () => {
  describe('go: addresses that are known not to work are not dialed', () => {
    it('unspecified and link-local ones', () => {
      expect(skips(['/ip4/0.0.0.0/tcp/1/ws', '/ip6/::/tcp/1/ws', '/ip6/fe80::1/tcp/1/ws', a])).to.deep.equal({
        '/ip4/0.0.0.0/tcp/1/ws': 'unspecified address',
        '/ip6/::/tcp/1/ws': 'unspecified address',
        '/ip6/fe80::1/tcp/1/ws': 'link-local address',
        [a]: undefined
      })
    })

    it('our own', () => {
      const world = new World({ otherwise: bad() })
      const request = world.dial('peer', [], { lookups: 1 })
      world.tell((scheduler, now) => {
        scheduler.handleCandidates(now, world.onlyDial, found([a, b]), new Set([b]))
        scheduler.handleLookupEnd(now, world.onlyDial, false)
      })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a])
      expect(world.answer(request).error?.dialErrors[1]).to.have.nested.property('cause.code', 'ERR_DIAL_TO_SELF')
    })

    it('worse ones on the same host and port', () => {
      expect(skips([
        '/ip4/8.8.8.8/tcp/80', '/ip4/8.8.8.8/tcp/80/ws', '/ip4/8.8.8.8/tcp/443/wss', '/ip4/8.8.4.4/tcp/80/ws',
        '/ip4/8.8.8.8/udp/1/quic-v1', '/ip4/8.8.8.8/udp/1/quic', '/ip4/8.8.8.8/udp/1/quic-v1/webtransport', '/ip4/8.8.8.8/udp/2/quic-v1/webtransport'
      ])).to.deep.equal({
        '/ip4/8.8.8.8/tcp/80': undefined,
        '/ip4/8.8.8.8/tcp/80/ws': 'lower priority',
        '/ip4/8.8.8.8/tcp/443/wss': undefined,
        '/ip4/8.8.4.4/tcp/80/ws': undefined,
        '/ip4/8.8.8.8/udp/1/quic-v1': undefined,
        '/ip4/8.8.8.8/udp/1/quic': 'lower priority',
        '/ip4/8.8.8.8/udp/1/quic-v1/webtransport': 'lower priority',
        '/ip4/8.8.8.8/udp/2/quic-v1/webtransport': undefined
      })
    })

    it('but worse ones are where the better one cannot be dialed', () => {
      const world = new World({ otherwise: bad() })
      const request = world.dial('peer', [], { lookups: 1 })
      const [better, worse] = found(['/ip4/8.8.8.8/tcp/80', '/ip4/8.8.8.8/tcp/80/ws']) as [FoundAddress, FoundAddress]
      world.tell((scheduler, now) => {
        scheduler.handleCandidates(now, world.onlyDial, [{ ...better, skip: 'no transport' }, worse])
        scheduler.handleLookupEnd(now, world.onlyDial, false)
      })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal(['/ip4/8.8.8.8/tcp/80/ws'])
      expect(world.answer(request).error?.dialErrors[1]).to.have.nested.property('cause.code', 'ERR_NO_TRANSPORT')
    })

    it('black-holed ones', () => {
      const blackHoles = new BlackHoleDetector()
      const ip6 = '/ip6/2001::1/tcp/1/ws'
      const ip6Private = '/ip6/::1/tcp/1/ws'

      for (let i = 0; i < 100; i++) {
        blackHoles.recordResult(multiaddr(ip6), false)
      }

      expect(skips([ip6, ip6Private, a], new World({ blackHoles, otherwise: bad() }))).to.deep.equal({ [ip6]: 'black hole', [ip6Private]: undefined, [a]: undefined })
    })

    it('black holes are found by dialing: IPv6 that is dead costs nothing after 100 dials', () => {
      const world = new World()

      for (let i = 0; i < 101; i++) {
        const ip4 = publicAddresses(1, i)
        world.behave(ip4[0] ?? '', good(3))
        const start = world.now
        const request = world.dial(`peer ${i}`, [`/ip6/2001::${i.toString(16)}/tcp/1/ws`, ...ip4])
        world.run()
        expect(world.answer(request).at - start).to.equal(i < 100 ? 253 : 3)
      }
    })
  })

  describe('numbers', () => {
    it('an address that comes twice is dialed once', () => {
      const world = new World({ otherwise: bad() })
      world.dial('peer', [a, a, b])
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.have.members([a, b])
    })

    it('of more than 100 addresses the rest is counted', () => {
      const world = new World({ otherwise: bad() })
      const request = world.dial('peer', publicAddresses(120))
      world.run()
      const { error } = world.answer(request)

      expect(world.attempts).to.have.lengthOf(100)
      expect(error?.dialErrors).to.have.lengthOf(16)
      expect(error?.skipped).to.equal(104)
    })
  })

  describe('backoff', () => {
    function fail (world: World): void {
      world.behave(a, bad())
      world.dial('peer', [a])
      world.run()
    }

    it('an address that has failed is not dialed again for 5 s; the caller is told why', () => {
      const world = new World()
      fail(world)
      world.behave(a, good(3))
      world.run(4_000)
      const early = world.dial('peer', [a])
      world.run(5_000)
      const late = world.dial('peer', [a])
      world.run()

      expect(world.startsOf(a)).to.deep.equal([0, 5_000])
      expect(world.answer(early).error).to.have.nested.property('cause.code', 'ERR_DIAL_BACKOFF')
      expect(world.answer(early).error).to.have.nested.property('cause.wait', 1_000)
      expect(world.answer(early).error?.message).to.include('dialed too recently, next try in 1000 ms')
      expect(world.answer(late).address).to.equal(a)
    })

    it('go: another address of the peer, and the same address of another peer, are dialed', () => {
      const world = new World({ otherwise: good(3) })
      fail(world)
      world.behave(a, good(3))
      const requests = [world.dial('peer', [a, b]), world.dial('other', [a])]
      world.run()

      expect(requests.map(request => world.answer(request).address)).to.deep.equal([b, a])
    })

    it('go: a success clears it', () => {
      const world = new World({ otherwise: good(3) })
      fail(world)
      expect(world.scheduler.backoff.size).to.equal(1)
      world.dial('peer', [b])
      world.run()

      expect(world.scheduler.backoff.size).to.equal(0)
    })

    it('go: what fails beside a success is not held against the address', () => {
      const world = new World()
      world.behave(relayed, good(0, { direct: false }))
      world.behave(a, bad(600))
      world.dial('peer', [a, relayed])
      world.dial('peer', [], { forceDirect: true })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a, relayed])
      expect(world.scheduler.backoff.size).to.equal(0)
    })

    it('go: nor is what was cancelled', () => {
      const world = new World()
      const canceled = world.dial('peer', [a])
      world.run(50)
      world.tell((scheduler, now) => { scheduler.handleCancel(now, canceled) })
      world.run()

      expect(world.scheduler.backoff.size).to.equal(0)
    })

    it('go: who insists on a direct connection does not wait', () => {
      const world = new World()
      fail(world)
      world.behave(a, good(3))
      const request = world.dial('peer', [a], { forceDirect: true })
      world.run()

      expect(world.answer(request).address).to.equal(a)
    })

    it('go: nor does who joins a dial for which the address was skipped', () => {
      const world = new World()
      fail(world)
      world.behave(a, good(3))
      world.dial('peer', [a, b])
      world.run(100)
      const request = world.dial('peer', [a], { forceDirect: true })
      world.run()

      expect(world.answer(request)).to.include({ at: 103, address: a })
    })

    it('is cleared by a change of network, where the remote end had not answered', () => {
      const world = new World()
      world.behave(a, bad(0, 'ENETUNREACH'))
      world.behave(b, bad(0, 'ECONNREFUSED'))
      world.behave(c, bad(0, 'ETIMEDOUT'))
      world.dial('peer', [a, b, c])
      world.run()
      world.tell((scheduler, now) => { scheduler.resetNetworkState(now) })

      expect(skips([a, b, c], world)).to.deep.equal({ [a]: undefined, [b]: 'backoff', [c]: undefined })
    })

    it('cleared by a change of network, a dial under way takes the address up', () => {
      const world = new World()
      world.behave(a, bad(0, 'ENETUNREACH'))
      world.dial('peer', [a])
      world.run()
      world.behave(a, good(3))
      const request = world.dial('peer', [a, b])
      world.run(100)
      world.tell((scheduler, now) => { scheduler.resetNetworkState(now) })
      world.run()

      expect(world.answer(request)).to.include({ at: 103, address: a })
    })
  })

  describe('relayed and limited connections', () => {
    it('a relayed address waits 500 ms beside a public one', () => {
      const world = new World()
      world.behave(relayed, good(3, { direct: false, limited: true }))
      const request = world.dial('peer', [a, relayed])
      world.run()

      expect(world.answer(request)).to.include({ at: 503, address: relayed })
    })

    it('force direct: relayed addresses are not dialed', () => {
      const world = new World({ otherwise: bad(10) })
      const request = world.dial('peer', [a, relayed], { forceDirect: true })
      world.run()

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a])
      expect(world.answer(request).error?.dialErrors[1]?.message).to.include('a direct connection was wanted')
    })

    it('force direct: a request that joins is not answered by a relayed connection', () => {
      const world = new World()
      world.behave(relayed, good(3, { direct: false }))
      world.behave(a, good(2_000))
      const any = world.dial('peer', [a, relayed])
      const direct = world.dial('peer', [], { forceDirect: true })
      world.run()

      expect(world.answer(any)).to.include({ at: 503, address: relayed })
      expect(world.answer(direct)).to.include({ at: 2_000, address: a })
    })

    it('force direct: fails with the last direct address, though others wait for a relayed one', () => {
      const world = new World()
      world.behave(a, bad(600))
      const any = world.dial('peer', [a, relayed])
      const direct = world.dial('peer', [], { forceDirect: true })
      world.run()

      expect(world.answer(direct).at).to.equal(600)
      expect(world.answer(any).at).to.equal(15_500)
    })

    it('go: once somebody is connected, the others are dialed when they are due and not before', () => {
      const world = new World()
      const webrtc = '/ip4/8.8.8.8/udp/1/webrtc-direct'
      world.behave(relayed, good(0, { direct: false }))
      world.behave(a, bad(600))
      world.dial('peer', [a, webrtc, relayed])
      world.dial('peer', [], { forceDirect: true })
      world.run()

      expect(world.startsOf(webrtc)).to.deep.equal([1_000])
    })

    it('force direct: a relayed attempt is dropped with the last who would have taken it', () => {
      const world = new World()
      world.behave(a, good(5_000))
      const any = world.dial('peer', [a, relayed])
      const direct = world.dial('peer', [], { forceDirect: true })
      world.run(1_000)
      world.tell((scheduler, now) => { scheduler.handleCancel(now, any) })

      expect(world.attempts.find(({ address }) => address === relayed)).to.include({ aborted: 'canceled', endedAt: 1_000 })
      world.run()
      expect(world.answer(direct).address).to.equal(a)
    })

    it('a limited connection is no answer to who does not want one', () => {
      const world = new World()
      world.behave(a, good(3, { limited: true }))
      const request = world.dial('peer', [a], { allowLimited: false })
      world.run()

      expect(world.answer(request).error).to.have.nested.property('cause.code', 'ERR_LIMITED_CONNECTION')
    })
  })

  describe('what worked last', () => {
    const ip6 = '/ip6/2001::1/tcp/1/ws'

    it('goes first, and the race goes on behind it', () => {
      const world = new World({ otherwise: bad(10_000) })
      world.dial('peer', [], { lookups: 1 })
      world.tell((scheduler, now) => {
        scheduler.handleFavorite(now, world.onlyDial, a)
        scheduler.handleCandidates(now, world.onlyDial, found([ip6, a, b]))
      })
      world.run(2_000)

      expect(world.attempts.map(({ address, startedAt }) => [address, startedAt])).to.deep.equal([[a, 0], [ip6, 250], [b, 750]])
    })

    it('is dialed at once where it is remembered late', () => {
      const world = new World({ otherwise: bad(10_000) })
      world.dial('peer', [ip6, a, b])
      world.run(100)
      world.tell((scheduler, now) => { scheduler.handleFavorite(now, world.onlyDial, b) })
      world.run(2_000)

      expect(world.attempts.map(({ address, startedAt }) => [address, startedAt])).to.deep.equal([[ip6, 0], [b, 100], [a, 600]])
    })

    it('is not a relay, where there are direct addresses', () => {
      const world = new World({ otherwise: bad(10_000) })
      world.dial('peer', [], { lookups: 1 })
      world.tell((scheduler, now) => {
        scheduler.handleFavorite(now, world.onlyDial, relayed)
        scheduler.handleCandidates(now, world.onlyDial, found([relayed, a]))
      })
      world.run(2_000)

      expect(world.attempts.map(({ address }) => address)).to.deep.equal([a, relayed])
    })

    it('is told at the end of a dial', () => {
      const world = new World({ epoch: 1_000_000 })
      world.behave(a, bad(5))
      world.behave(b, good(30))
      world.dial('peer', [a, b, c])
      world.run()
      const ended = world.outputs.find(output => output.type === 'ended')

      expect(ended?.learned).to.deep.equal([
        { address: a, lastFailure: 1_000_005 },
        { address: b, lastSuccess: 1_000_035, handshake: 30 }
      ])
    })
  })

  describe('causes', () => {
    it('no addresses', () => {
      const world = new World()
      const request = world.dial('peer', [])

      expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_NO_ADDRESSES')
    })

    it('no addresses, because the search for them broke', () => {
      const world = new World()
      const request = world.dial('peer', [], { lookups: 1 })
      const broken = new Error('the disk is full')
      world.tell((scheduler, now) => { scheduler.handleLookupEnd(now, world.onlyDial, false, broken) })

      expect(world.answer(request).error?.cause).to.have.property('cause', broken)
      expect(world.answer(request).error?.message).to.include('the disk is full')
    })

    it('no good addresses', () => {
      const world = new World()
      const request = world.dial('peer', ['/ip4/0.0.0.0/tcp/1'])

      expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_NO_GOOD_ADDRESSES')
    })
  })

  it('a ranker that throws fails that dial, and no other', () => {
    const world = new World({
      ranker: addresses => addresses.map(address => {
        if (address.toString() === a) {
          throw new Error('I do not know this one')
        }

        return { address, delay: 0 }
      }),
      otherwise: good(3)
    })
    const requests = [world.dial('peer', [a]), world.dial('other', [b])]
    world.run()

    expect(world.answer(requests[0] ?? 0).error?.message).to.include('no good addresses: I do not know this one')
    expect(world.answer(requests[1] ?? 0).address).to.equal(b)
  })

  it('a search for addresses that is under way keeps the dial from failing', () => {
    const world = new World({ otherwise: bad() })
    const request = world.dial('peer', [], { lookups: 0, wantsLookup: true })
    expect(world.lookups).to.deep.equal([1])
    world.tell((scheduler, now) => { scheduler.handleCandidates(now, 1, found([a])) })
    world.run(1_000)
    expect(world.answers.get(request)).to.be.empty()
    world.tell((scheduler, now) => { scheduler.handleLookupEnd(now, 1, true) })

    expect(world.answer(request)).to.have.nested.property('error.cause.code', 'ERR_ALL_DIALS_FAILED')
  })

  it('requests that join share one search, until it has ended', () => {
    const world = new World()
    const lookUp = (): number => world.dial('peer', [], { lookups: 0, wantsLookup: true })
    lookUp()
    lookUp()
    expect(world.lookups).to.deep.equal([1])
    world.tell((scheduler, now) => {
      scheduler.handleCandidates(now, 1, found([a]))
      scheduler.handleLookupEnd(now, 1, true)
    })
    lookUp()
    expect(world.lookups).to.deep.equal([1, 1])
  })
})
