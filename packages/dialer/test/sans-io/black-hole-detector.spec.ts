import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { BlackHoleDetector, BlackHoleSuccessCounter, IPV6_BLACK_HOLE, UDP_BLACK_HOLE } from '../../src/index.ts'
import type { BlackHoleState } from '../../src/index.ts'

const udp6Public = multiaddr('/ip6/2001::1/udp/1234/quic-v1')
const udp6Private = multiaddr('/ip6/::1/udp/1234/quic-v1')
const udp4Public = multiaddr('/ip4/1.2.3.4/udp/1234/quic-v1')
const udp4Private = multiaddr('/ip4/192.168.1.5/udp/1234/quic-v1')
const tcp6Public = multiaddr('/ip6/2001::1/tcp/1234')
const tcp6Private = multiaddr('/ip6/::1/tcp/1234')
const tcp4Public = multiaddr('/ip4/1.2.3.4/tcp/1234')
const tcp4Private = multiaddr('/ip4/192.168.1.5/tcp/1234')

function counter (window: number, minSuccesses: number): BlackHoleSuccessCounter {
  return new BlackHoleSuccessCounter({ ...UDP_BLACK_HOLE, window, minSuccesses })
}

function times (n: number, action: (i: number) => void): void {
  for (let i = 1; i <= n; i++) {
    action(i)
  }
}

describe('a black hole success counter', () => {
  it('go: probes until the window is full, then every window-th request, and starts again after a success', () => {
    const counted = counter(10, 2)
    times(10, () => {
      expect(counted.handleRequest()).to.equal('probing')
      expect(counted.state).to.equal('probing')
      counted.recordResult(false)
    })

    for (let i = 11; i < 42; i++) {
      expect(counted.handleRequest()).to.equal(i % 10 === 0 ? 'probing' : 'blocked')
      expect(counted.state).to.equal('blocked')
    }

    counted.recordResult(true)
    times(10, () => {
      expect(counted.handleRequest()).to.equal('probing')
      counted.recordResult(false)
    })
    expect(counted.handleRequest()).to.equal('blocked')
  })

  // go: TestBlackHoleSuccessCounterSuccessFraction
  const fractions: Array<[minSuccesses: number, successes: number, state: BlackHoleState]> = [
    [5, 5, 'allowed'],
    [3, 3, 'allowed'],
    [5, 4, 'blocked'],
    [5, 7, 'allowed'],
    [3, 1, 'blocked'],
    [0, 0, 'allowed'],
    [10, 10, 'allowed']
  ]

  for (const [minSuccesses, successes, state] of fractions) {
    it(`go: ${successes} successes of 10 where ${minSuccesses} are needed: ${state}`, () => {
      const counted = counter(10, minSuccesses)
      times(successes, () => { counted.recordResult(true) })
      times(10 - successes, () => { counted.recordResult(false) })

      expect(counted.handleRequest()).to.equal(state)
    })
  }

  it('looks at the last results only', () => {
    const counted = counter(10, 5)
    times(10, () => { counted.recordResult(true) })
    times(5, () => { counted.recordResult(false) })
    expect(counted).to.include({ state: 'allowed', successFraction: 0.5 })
    counted.recordResult(false)
    expect(counted).to.include({ state: 'blocked', successFraction: 0.4 })
  })

  it('says when it will probe next', () => {
    const counted = counter(10, 5)
    expect(counted.nextProbeAfter).to.equal(0)
    times(10, () => { counted.recordResult(false) })
    counted.handleRequest()
    expect(counted.nextProbeAfter).to.equal(9)
  })
})

describe('the black hole detector', () => {
  it('go: looks at public UDP and IPv6 addresses only', () => {
    const detector = new BlackHoleDetector()
    const others = [tcp4Public, udp6Private, udp4Private]
    times(1_000, () => {
      expect(detector.filter(others)).to.deep.equal({ valid: others, blackHoled: [] })
      others.forEach(address => { detector.recordResult(address, false) })
    })
  })

  it('go: with UDP left out, UDP is dialed', () => {
    const detector = new BlackHoleDetector({ counters: [new BlackHoleSuccessCounter(IPV6_BLACK_HOLE)] })
    times(100, () => { detector.recordResult(udp4Public, false) })

    expect(detector.filter([udp4Public, udp4Private]).blackHoled).to.be.empty()
  })

  it('go: with IPv6 left out, IPv6 is dialed', () => {
    const detector = new BlackHoleDetector({ counters: [new BlackHoleSuccessCounter(UDP_BLACK_HOLE)] })
    times(100, () => { detector.recordResult(tcp6Public, false) })

    expect(detector.filter([tcp6Public, tcp6Private]).blackHoled).to.be.empty()
  })

  it('go: a probe of one class goes out, whatever the other class says', () => {
    const detector = new BlackHoleDetector({
      counters: [
        new BlackHoleSuccessCounter({ ...UDP_BLACK_HOLE, window: 2, minSuccesses: 1 }),
        new BlackHoleSuccessCounter({ ...IPV6_BLACK_HOLE, window: 3, minSuccesses: 1 })
      ]
    })
    times(3, () => { detector.recordResult(udp6Public, false) })
    times(99, i => {
      expect(detector.filter([udp6Public]).valid).to.have.lengthOf(i % 2 === 0 || i % 3 === 0 ? 1 : 0)
    })
  })

  describe('go: filters the classes that lead nowhere', () => {
    const all = [udp6Public, udp6Private, udp4Public, udp4Private, tcp6Public, tcp6Private, tcp4Public, tcp4Private]
    const cases: Array<[name: string, udpWorks: boolean, ip6Works: boolean, blackHoled: typeof all]> = [
      ['UDP', false, true, [udp6Public, udp4Public]],
      ['IPv6', true, false, [udp6Public, tcp6Public]],
      ['both', false, false, [udp6Public, udp4Public, tcp6Public]]
    ]

    for (const [name, udpWorks, ip6Works, blackHoled] of cases) {
      it(name, () => {
        const detector = new BlackHoleDetector()
        times(100, () => {
          detector.recordResult(udp4Public, udpWorks)
          detector.recordResult(tcp6Public, ip6Works)
        })

        expect(detector.filter(all)).to.deep.equal({ valid: all.filter(address => !blackHoled.includes(address)), blackHoled })
      })
    }
  })

  it('go: read-only records nothing, refuses what is not known to work, and can share counters', () => {
    const counters = [UDP_BLACK_HOLE, IPV6_BLACK_HOLE].map(init => new BlackHoleSuccessCounter(init))
    const readOnly = new BlackHoleDetector({ counters, readOnly: true })
    times(100, () => { readOnly.recordResult(udp4Public, true) })
    expect(readOnly.filter([tcp6Private, udp4Public])).to.deep.equal({ valid: [tcp6Private], blackHoled: [udp4Public] })

    const writing = new BlackHoleDetector({ counters })
    times(100, () => { writing.recordResult(udp4Public, true) })
    expect(readOnly.filter([tcp6Private, udp4Public]).blackHoled).to.be.empty()
  })

  it('knows other classes, by configuration', () => {
    const insecure = new BlackHoleSuccessCounter({ name: 'ws on port 80', matches: ({ transport, port }) => transport === 'ws' && port === 80, window: 10, minSuccesses: 1 })
    const detector = new BlackHoleDetector({ counters: [insecure] })
    const refused = multiaddr('/ip4/1.2.3.4/tcp/80/ws')
    times(10, () => { detector.recordResult(refused, false) })

    expect(detector.filter([refused, tcp4Public])).to.deep.equal({ valid: [tcp4Public], blackHoled: [refused] })
  })

  it('starts again on another network', () => {
    const detector = new BlackHoleDetector()
    times(100, () => { detector.recordResult(udp4Public, false) })
    expect(detector.filter([udp4Public]).valid).to.be.empty()
    detector.resetNetworkState()
    expect(detector.filter([udp4Public]).valid).to.deep.equal([udp4Public])
  })
})
