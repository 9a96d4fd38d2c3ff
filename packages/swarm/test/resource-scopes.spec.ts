import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { AddressRateLimiter, DefaultResourceManager } from '../src/index.ts'
import { AddressLimiter } from '../src/sans-io/address-limiter.ts'
import { scaleLimits } from '../src/sans-io/resource-limits.ts'
import { ResourceScopes } from '../src/sans-io/resource-scopes.ts'
import type { ResourceHold } from '../src/sans-io/resource-hold.ts'
import type { ResourceLimits, ScopeLimit } from '../src/sans-io/resource-limits.ts'

const GiB = 2 ** 30

function limits (init: Partial<ResourceLimits> = {}): ResourceLimits {
  return { system: {}, transient: {}, service: {}, servicePeer: {}, protocol: {}, protocolPeer: {}, peer: {}, connection: {}, stream: {}, services: {}, protocols: {}, peers: {}, ...init }
}

describe('resource limits', () => {
  it('are those of go-libp2p for 128 MiB and for 1 GiB more', () => {
    expect(scaleLimits(128 * 2 ** 20).system).to.deep.equal({ connsInbound: 64, connsOutbound: 128, conns: 128, streamsInbound: 1024, streamsOutbound: 2048, streams: 2048, memory: 128 * 2 ** 20 })
    expect(scaleLimits(128 * 2 ** 20 + GiB).system).to.deep.equal({ connsInbound: 128, connsOutbound: 256, conns: 256, streamsInbound: 2048, streamsOutbound: 4096, streams: 4096, memory: 128 * 2 ** 20 + GiB })
  })

  it('never fall below those for 128 MiB', () => {
    expect(scaleLimits(0)).to.deep.equal(scaleLimits(128 * 2 ** 20))
  })
})

describe('resource scopes', () => {
  it('names the limit that was met', () => {
    const scopes = new ResourceScopes(limits({ transient: { connsInbound: 1 } }))
    scopes.openConnection('inbound')

    expect(() => scopes.openConnection('inbound')).to.throw('transient.connsInbound of 1').with.property('name', 'ResourceLimitError')
    expect(() => scopes.openConnection('outbound')).to.not.throw()
  })

  it('frees the transient scope when the peer is known', () => {
    const scopes = new ResourceScopes(limits({ transient: { conns: 1 } }))
    scopes.openConnection('inbound').setPeer('A')

    expect(() => scopes.openConnection('inbound')).to.not.throw()
    expect(scopes.snapshot()).to.have.nested.property('peer:A.conns', 1)
  })

  it('leaves a connection transient when its peer has enough', () => {
    const scopes = new ResourceScopes(limits({ peer: { conns: 1 } }))
    scopes.openConnection('inbound').setPeer('A')
    const second = scopes.openConnection('inbound')

    expect(() => { second.setPeer('A') }).to.throw('peer:A.conns of 1')
    expect(scopes.snapshot()).to.have.nested.property('transient.conns', 1)
    second.release()
    expect(scopes.snapshot()).to.not.have.property('transient')
  })

  it('counts streams by peer, protocol, and both, and by service', () => {
    const scopes = new ResourceScopes(limits({ protocolPeer: { streams: 1 }, services: { identify: { streams: 1 } } }))
    const stream = scopes.openStream('inbound', 'A')
    stream.setProtocol('/ping')
    stream.setService('identify')

    expect(scopes.snapshot()).to.have.all.keys('system', 'peer:A', 'protocol:/ping', 'protocolPeer:/ping A', 'service:identify', 'servicePeer:identify A')
    expect(() => { scopes.openStream('inbound', 'A').setProtocol('/ping') }).to.throw('protocolPeer:/ping A.streams')
    expect(() => { scopes.openStream('inbound', 'B').setService('identify') }).to.throw('service:identify.streams')
  })

  it('leaves room for others, whoever opens streams and does not say what for', () => {
    const scopes = new ResourceScopes(limits({ transient: { streamsInbound: 64 } }))
    const open = (peer: string): number => {
      for (let count = 0; ; count++) {
        try {
          scopes.openStream('inbound', peer)
        } catch (err) {
          expect(err).to.have.property('limit', `transientPeer:${peer}.streamsInbound`)
          return count
        }
      }
    }

    expect(['A', 'B', 'C'].map(open)).to.deep.equal([32, 16, 8])
    const stream = scopes.openStream('inbound', 'D')
    stream.setProtocol('/ping')
    expect(scopes.snapshot()).to.not.have.property('transientPeer:D')
  })

  it('has a limit of its own for a peer by name', () => {
    const scopes = new ResourceScopes(limits({ peer: { conns: 0 }, peers: { A: { conns: 1 } } }))

    expect(() => { scopes.openConnection('inbound').setPeer('A') }).to.not.throw()
    expect(() => { scopes.openConnection('inbound').setPeer('B') }).to.throw('peer:B.conns of 0')
  })

  it('forgets those who are gone, and nobody else', () => {
    const scopes = new ResourceScopes(limits({ peer: { streams: 1 }, protocolPeer: { streams: 1 } }))
    const held = scopes.openStream('inbound', 'A')

    for (let i = 0; i < 300; i++) {
      const passing = scopes.openStream('inbound', `P${i}`)
      passing.setProtocol(`/x/${i}`)
      expect(() => scopes.openStream('inbound', `P${i}`)).to.throw(`peer:P${i}.streams of 1`)
      passing.release()
      expect(() => scopes.openStream('inbound', 'A')).to.throw('peer:A.streams of 1')
    }

    expect(scopes.snapshot()).to.have.all.keys('system', 'transient', 'transientPeer:A', 'peer:A')
    held.release()
    expect(scopes.snapshot()).to.deep.equal({})
  })

  it('counts memory in every scope of a hold', () => {
    const scopes = new ResourceScopes(limits({ peer: { memory: 100 } }))
    const connection = scopes.openConnection('outbound')
    connection.reserveMemory(60)
    connection.setPeer('A')

    expect(() => { connection.reserveMemory(41) }).to.throw('peer:A.memory of 100')
    connection.reserveMemory(40)
    expect(scopes.snapshot()).to.have.nested.property('system.memory', 100)
    connection.release()
    connection.release()
    expect(scopes.snapshot()).to.deep.equal({})
  })

  it('bounds what a single connection or stream is and holds', () => {
    const scopes = new ResourceScopes(limits({ connection: { connsInbound: 0, memory: 10 }, stream: { memory: 5 } }))
    const connection = scopes.openConnection('outbound')
    const stream = scopes.openStream('inbound', 'A')
    connection.reserveMemory(6)
    stream.reserveMemory(5)

    expect(() => scopes.openConnection('inbound')).to.throw('connection.connsInbound of 0')
    expect(() => { connection.reserveMemory(5) }).to.throw('connection.memory of 10')
    expect(() => { stream.reserveMemory(1) }).to.throw('stream.memory of 5')
    expect(scopes.snapshot()).to.have.nested.property('system.memory', 11)
  })

  it('counts the windows of a connection at its peer, in all, and not as its own', () => {
    const scopes = new ResourceScopes(limits({ peer: { memory: 100 }, connection: { memory: 0 } }))
    const connection = scopes.openConnection('outbound')
    connection.setPeer('A')
    const memory = connection.peerMemory()
    memory.reserve(90)

    expect(() => { memory.reserve(11) }).to.throw('peer:A.memory of 100')
    expect(scopes.snapshot()).to.have.nested.property('peer:A.memory', 90)
    expect(scopes.snapshot()).to.have.nested.property('system.memory', 90)
    memory.release(50)
    expect(scopes.snapshot()).to.have.nested.property('system.memory', 40)
    connection.release()
    memory.release(40)
    expect(scopes.snapshot()).to.deep.equal({})
  })

  it('gives to windows that would grow no more than 129 of 256 parts, as go-libp2p', () => {
    const scopes = new ResourceScopes(limits({ peer: { memory: 256 }, system: { memory: 512 } }))
    const [a, b] = ['A', 'B'].map(peer => {
      const connection = scopes.openConnection('outbound')
      connection.setPeer(peer)
      return connection.peerMemory()
    })

    expect(a?.reserveSpare(130)).to.equal(false, 'above the part of the peer')
    expect(a?.reserveSpare(129)).to.equal(true)
    expect(a?.reserveSpare(1)).to.equal(false)
    a?.reserve(127)
    expect(b?.reserveSpare(3)).to.equal(false, 'above the part of the system')
    expect(b?.reserveSpare(2)).to.equal(true)
    expect(scopes.snapshot()).to.have.nested.property('system.memory', 258)
  })

  it('is never above a limit, and empty once all is released', () => {
    const few: ScopeLimit = { conns: 3, connsInbound: 2, streams: 4, streamsOutbound: 2, memory: 50 }
    const all = limits({ system: { conns: 6, streams: 8, memory: 120 }, transient: few, peer: few, protocol: few, protocolPeer: { streams: 2 }, service: few, connection: { memory: 30 }, stream: { memory: 30 } })
    const peer = fc.constantFrom('A', 'B')
    const step = fc.record({ action: fc.constantFrom('connection', 'stream', 'setPeer', 'setProtocol', 'setService', 'memory', 'window', 'widen', 'release'), direction: fc.constantFrom('inbound' as const, 'outbound' as const), peer, protocol: fc.constantFrom('/x', '/y'), pick: fc.nat(20), bytes: fc.nat(40) })

    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const scopes = new ResourceScopes(all)
      const holds: ResourceHold[] = []

      for (const { action, direction, peer, protocol, pick, bytes } of steps) {
        const before = scopes.snapshot()
        const hold = holds[pick % Math.max(1, holds.length)]

        try {
          switch (action) {
            case 'connection': holds.push(scopes.openConnection(direction)); break
            case 'stream': holds.push(scopes.openStream(direction, peer)); break
            case 'setPeer': hold?.setPeer(peer); break
            case 'setProtocol': hold?.setProtocol(protocol); break
            case 'setService': hold?.setService('s'); break
            case 'memory': hold?.reserveMemory(bytes); break
            case 'window': hold?.peerMemory().reserve(bytes); break
            case 'widen': hold?.peerMemory().reserveSpare(bytes); break
            default: hold?.release()
          }
        } catch (err) {
          expect(err).to.have.property('name', 'ResourceLimitError')
          expect(scopes.snapshot()).to.deep.equal(before, 'a refusal takes nothing')
        }

        for (const [name, usage] of Object.entries(scopes.snapshot())) {
          const kind = name.split(':')[0] as keyof ResourceLimits
          for (const [key, most] of Object.entries(all[kind] ?? {})) {
            expect(usage[key as keyof typeof usage]).to.be.within(0, most as number, `${name}.${key}`)
          }
        }
      }

      holds.forEach(hold => { hold.release() })
      expect(scopes.snapshot()).to.deep.equal({})
    }), { numRuns: 500 })
  })
})

describe('address limiter', () => {
  const ip4 = (last: number): Uint8Array => Uint8Array.from([1, 2, 3, last])
  const ip6 = (...words: number[]): Uint8Array => Uint8Array.from(Array.from({ length: 8 }, (_, i) => words[i] ?? 0).flatMap(word => [word >> 8, word & 255]))

  it('takes 8 connections from an IPv4 address, and its neighbour is another one', () => {
    const limiter = new AddressLimiter()
    const answers = Array.from({ length: 9 }, () => limiter.add(ip4(1)))

    expect(answers.filter(answer => answer == null)).to.have.lengthOf(8)
    expect(answers[8]).to.deep.equal({ prefixLength: 32, connections: 8 })
    expect(limiter.add(ip4(2))).to.equal(undefined)
    limiter.remove(ip4(1))
    expect(limiter.add(ip4(1))).to.equal(undefined)
  })

  it('counts an IPv6 /56 as one, and at most 64 for a /48', () => {
    const limiter = new AddressLimiter()
    const refused = Array.from({ length: 9 }, (_, i) => limiter.add(ip6(0x2001, 0xdb8, 1, 0x100, i))).filter(answer => answer != null)

    expect(refused).to.deep.equal([{ prefixLength: 56, connections: 8 }])

    const network = Array.from({ length: 256 }, (_, i) => limiter.add(ip6(0x2001, 0xdb8, 2, i << 8)))
    expect(network.filter(answer => answer == null)).to.have.lengthOf(64)
    expect(network.at(-1)).to.deep.equal({ prefixLength: 48, connections: 64 })
  })

  it('does not limit the loopback', () => {
    const limiter = new AddressLimiter()
    const answers = [Uint8Array.from([127, 0, 0, 1]), ip6(0, 0, 0, 0, 0, 0, 0, 1)].flatMap(ip => Array.from({ length: 20 }, () => limiter.add(ip)))

    expect(answers.every(answer => answer == null)).to.equal(true)
  })

  it('remembers nothing of those who left', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 })), addresses => {
      const limiter = new AddressLimiter()
      addresses.filter(ip => limiter.add(ip) == null).forEach(ip => { limiter.remove(ip) })
      expect(limiter.size).to.equal(0)
    }))
  })
})

describe('address rate limiter', () => {
  const ip4 = (last: number): Uint8Array => Uint8Array.from([1, 2, 3, last])
  const ip6 = (...words: number[]): Uint8Array => Uint8Array.from(Array.from({ length: 8 }, (_, i) => words[i] ?? 0).flatMap(word => [word >> 8, word & 255]))
  const taken = (limiter: AddressRateLimiter, times: number, ip: (i: number) => Uint8Array, now: number): number => {
    return Array.from({ length: times }, (_, i) => limiter.take(ip(i), now)).filter(met => met == null).length
  }

  it('takes 16 connections at once from an IPv4 address, then one every 5 s, and its neighbour is another one', () => {
    const limiter = new AddressRateLimiter()

    expect(taken(limiter, 20, () => ip4(1), 0)).to.equal(16)
    expect(limiter.take(ip4(1), 4_999)).to.deep.equal({ prefixLength: 32, perSecond: 0.2, burst: 16 })
    expect(limiter.take(ip4(1), 5_000)).to.equal(undefined)
    expect(limiter.take(ip4(1), 5_000)).to.not.equal(undefined)
    expect(limiter.take(ip4(2), 5_000)).to.equal(undefined)
  })

  it('counts an IPv6 /56 as one, and takes no more than 80 at once of a /48', () => {
    const limiter = new AddressRateLimiter()

    expect(taken(limiter, 20, i => ip6(0x2001, 0xdb8, 1, 0x100, i), 0)).to.equal(16)
    expect(taken(limiter, 256, i => ip6(0x2001, 0xdb8, 2, i << 8), 0)).to.equal(80)
  })

  it('does not limit the loopback', () => {
    expect(taken(new AddressRateLimiter(), 100, () => Uint8Array.from([127, 0, 0, 1]), 0)).to.equal(100)
  })

  it('lets through no more than the burst and the rate, however connections come', () => {
    const rate = { prefixLength: 32, perSecond: 2, burst: 5 }

    fc.assert(fc.property(fc.array(fc.nat(700), { maxLength: 100 }), pauses => {
      const limiter = new AddressRateLimiter({ ip4: [rate], ip6: [] })
      let now = 0
      let count = 0

      for (const pause of pauses) {
        now += pause
        count += limiter.take(ip4(1), now) == null ? 1 : 0
        expect(count).to.be.at.most(rate.burst + now / 1_000 * rate.perSecond + 1e-9)
      }
    }))
  })

  it('forgets those who have not come for a while', () => {
    const limiter = new AddressRateLimiter()
    taken(limiter, 250, i => ip4(i), 0)
    limiter.take(ip4(0), 80_000)
    limiter.take(ip4(0), 160_000)

    expect(limiter.size).to.equal(1)
  })
})

describe('default resource manager', () => {
  const from = multiaddr('/ip4/192.0.2.1/tcp/4001')

  it('names the limit that it met', () => {
    const busy = new DefaultResourceManager({ rates: { ip4: [], ip6: [] } })
    const often = new DefaultResourceManager({ addresses: { ip4: [], ip6: [] }, now: () => 0 })
    const full = new DefaultResourceManager({ scopes: { system: { conns: 0 } } })

    expect(() => { for (let i = 0; i < 20; i++) { busy.openConnection('inbound', from) } }).to.throw('addresses: connections from one /32, here /ip4/192.0.2.1/tcp/4001, of 8')
    expect(() => { for (let i = 0; i < 20; i++) { often.openConnection('inbound', from) } }).to.throw('rates: connections per second from one /32, here /ip4/192.0.2.1/tcp/4001, of 0.2')
    expect(() => full.openConnection('outbound', from)).to.throw('system.conns of 0')
  })

  it('does not count what we dial by address', () => {
    const manager = new DefaultResourceManager({ memory: 2 ** 34, now: () => 0 })

    expect(() => { for (let i = 0; i < 30; i++) { manager.openConnection('outbound', from) } }).to.not.throw()
  })

  it('has more to give on a larger machine', () => {
    const most = (memory: number): number => {
      const manager = new DefaultResourceManager({ memory })

      for (let count = 0; ; count++) {
        try {
          manager.openConnection('outbound', from)
        } catch {
          return count
        }
      }
    }

    expect([2 ** 27, 2 ** 30, 2 ** 33].map(most)).to.deep.equal([64, 92, 316])
  })
})
