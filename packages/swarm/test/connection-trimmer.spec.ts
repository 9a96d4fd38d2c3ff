import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { ConnectionTrimmer } from '../src/sans-io/connection-trimmer.ts'
import { decayFixed, decayLinear, PeerTags } from '../src/sans-io/peer-tags.ts'
import type { TrimFacts } from '../src/sans-io/connection-trimmer.ts'

const MINUTE = 60_000

function connection (peer: string, init: Partial<TrimFacts> = {}): TrimFacts {
  return { peer, inbound: false, streams: 1, opened: 0, ...init }
}

function peersOf (connections: TrimFacts[]): string[] {
  return connections.map(({ peer }) => peer)
}

describe('peer tags', () => {
  it('add up', () => {
    const tags = new PeerTags()
    tags.set('A', 'x', 5, 0)
    tags.set('A', 'y', -2, 0)
    tags.bump('A', 'x', 1, 0)

    expect(tags.value('A', 0)).to.equal(4)
    tags.remove('A', 'x')
    expect(tags.value('A', 0)).to.equal(-2)
    expect(tags.value('B', 0)).to.equal(0)
  })

  it('decay by steps, however seldom they are read', () => {
    const tags = new PeerTags()
    tags.set('A', 'fixed', 10, 0, { interval: 1_000, step: decayFixed(3) })
    tags.set('B', 'linear', 100, 0, { interval: 1_000, step: decayLinear(0.5) })

    expect(tags.value('A', 999)).to.equal(10)
    expect(tags.value('A', 2_500)).to.equal(4)
    expect(tags.value('A', 3_000)).to.equal(1)
    expect(tags.value('A', 1e9)).to.equal(0)
    expect(tags.value('B', 3_000)).to.equal(12)
  })

  it('decay the same read once or often', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.array(fc.integer({ min: 0, max: 10_000 })), (value, times) => {
      const decay = { interval: 700, step: decayLinear(0.9) }
      const often = new PeerTags()
      const once = new PeerTags()
      often.set('A', 'x', value, 0, decay)
      once.set('A', 'x', value, 0, decay)
      times.sort((a, b) => a - b).forEach(time => often.value('A', time))

      expect(often.value('A', 10_000)).to.equal(once.value('A', 10_000))
    }))
  })

  it('protect until every reason is gone', () => {
    const tags = new PeerTags()
    tags.protect('A', 'dht')
    tags.protect('A', 'relay')

    expect(tags.unprotect('A', 'dht')).to.equal(true)
    expect(tags.isProtected('A')).to.equal(true)
    expect(tags.unprotect('A', 'relay')).to.equal(false)
    expect(tags.isProtected('A')).to.equal(false)
  })
})

describe('connection trimmer', () => {
  it('does nothing up to high water, and goes down to low water above it', () => {
    const trimmer = new ConnectionTrimmer(new PeerTags(), { lowWater: 2, highWater: 4 })
    const four = ['A', 'B', 'C', 'D'].map(peer => connection(peer))

    expect(trimmer.trim(four, MINUTE)).to.deep.equal([])
    expect(trimmer.trim([...four, connection('E')], MINUTE)).to.have.lengthOf(3)
  })

  it('closes those worth least, then idle ones, then inbound ones, then those with fewer streams', () => {
    const tags = new PeerTags()
    tags.set('worthy', 'x', 1, 0)
    tags.set('worthless', 'x', -1, 0)
    const trimmer = new ConnectionTrimmer(tags, { lowWater: 0, highWater: 0 })
    const all = [connection('worthy', { streams: 0, inbound: true }), connection('busy', { streams: 9 }), connection('quiet'), connection('inbound', { inbound: true, streams: 20 }), connection('idle', { streams: 0 }), connection('worthless', { streams: 50 })]

    expect(peersOf(trimmer.trim(all, MINUTE))).to.deep.equal(['worthless', 'idle', 'inbound', 'quiet', 'busy', 'worthy'])
  })

  it('leaves protected peers and new connections alone', () => {
    const tags = new PeerTags()
    tags.protect('A', 'dht')
    const trimmer = new ConnectionTrimmer(tags, { lowWater: 0, highWater: 0 })

    expect(peersOf(trimmer.trim([connection('A'), connection('B', { opened: 2 }), connection('C')], MINUTE + 1))).to.deep.equal(['C'])
  })

  it('closes all connections of a peer together', () => {
    const trimmer = new ConnectionTrimmer(new PeerTags(), { lowWater: 2, highWater: 2 })

    expect(trimmer.trim([connection('A', { streams: 0 }), connection('A', { streams: 0 }), connection('B')], MINUTE)).to.have.lengthOf(2)
  })

  it('keeps still for the silence period', () => {
    const trimmer = new ConnectionTrimmer(new PeerTags(), { lowWater: 0, highWater: 0 })

    expect(trimmer.trim([connection('A')], MINUTE)).to.have.lengthOf(1)
    expect(trimmer.trim([connection('B')], MINUTE + 9_999)).to.have.lengthOf(0)
    expect(trimmer.trim([connection('B')], MINUTE + 10_000)).to.have.lengthOf(1)
  })

  it('never closes a protected or new one, nor more than it takes', () => {
    const anyConnection = fc.record({ peer: fc.constantFrom('A', 'B', 'C', 'D', 'E'), inbound: fc.boolean(), streams: fc.nat(3), opened: fc.constantFrom(0, MINUTE) })

    fc.assert(fc.property(fc.array(anyConnection), fc.nat(5), (connections, lowWater) => {
      const tags = new PeerTags()
      tags.protect('A', 'test')
      const trimmer = new ConnectionTrimmer(tags, { lowWater, highWater: lowWater })
      const closing = trimmer.trim(connections, MINUTE)

      expect(closing.every(({ peer, opened }) => peer !== 'A' && opened === 0)).to.equal(true)

      // without the peer that went last there were still too many
      const last = closing.at(-1)?.peer
      const before = closing.filter(({ peer }) => peer !== last).length
      expect(closing.length === 0 || connections.length - before > lowWater).to.equal(true)
    }))
  })
})
