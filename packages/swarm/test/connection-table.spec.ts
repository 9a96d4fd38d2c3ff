import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { bestConnection, isPreferred } from '../src/sans-io/best-connection.ts'
import { ConnectionTable } from '../src/sans-io/connection-table.ts'
import type { ConnectionFacts } from '../src/sans-io/best-connection.ts'

const facts = (init: Partial<ConnectionFacts> = {}): ConnectionFacts => ({ limited: false, direct: true, streams: 0, preferred: false, ...init })

describe('best connection', () => {
  it('is none of none', () => {
    expect(bestConnection([])).to.equal(-1)
  })

  it('is an unlimited one, however many streams the limited one has', () => {
    expect(bestConnection([facts({ limited: true, streams: 9 }), facts({ direct: false })])).to.equal(1)
  })

  it('is a direct one before a relayed one', () => {
    expect(bestConnection([facts(), facts({ direct: false, streams: 9 })])).to.equal(0)
  })

  it('is the one with most streams, and the last of equals', () => {
    expect(bestConnection([facts({ streams: 1 }), facts({ streams: 2 }), facts()])).to.equal(1)
    expect(bestConnection([facts({ streams: 2 }), facts({ streams: 2 })])).to.equal(1)
  })

  it('is the preferred one of equals', () => {
    expect(bestConnection([facts({ preferred: true }), facts()])).to.equal(0)
    expect(bestConnection([facts({ preferred: true }), facts({ streams: 1 })])).to.equal(1)
  })

  it('is the same one at both ends', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 2 }), ([a = '', b = '']) => {
      expect(isPreferred(a, b, 'outbound')).to.equal(isPreferred(b, a, 'inbound'))
      expect(isPreferred(a, b, 'outbound')).to.not.equal(isPreferred(b, a, 'outbound'))
    }))
  })

  it('is never beaten by another one', () => {
    const anyFacts = fc.record({ limited: fc.boolean(), direct: fc.boolean(), streams: fc.nat(3), preferred: fc.boolean() })
    const score = ({ limited, direct, streams, preferred }: ConnectionFacts): number => (limited ? 0 : 100) + (direct ? 10 : 0) + streams + (preferred ? 0.5 : 0)

    fc.assert(fc.property(fc.array(anyFacts, { minLength: 1 }), connections => {
      const best = connections[bestConnection(connections)]
      expect(Math.max(...connections.map(score))).to.equal(best == null ? NaN : score(best))
    }))
  })
})

describe('connection table', () => {
  it('agrees with a plain list, whatever is added and removed', () => {
    const peer = fc.constantFrom('A', 'B', 'C')
    const steps = fc.array(fc.tuple(fc.boolean(), peer, fc.nat(5)))

    fc.assert(fc.property(steps, plan => {
      const table = new ConnectionTable<string>(() => facts())
      const list: Array<{ peer: string, id: string }> = []

      for (const [adds, peer, n] of plan) {
        const id = `${peer}${n}`
        const index = list.findIndex(entry => entry.id === id)

        if (adds && index === -1) {
          expect(table.add(peer, id)).to.equal(list.every(entry => entry.peer !== peer), 'first')
          list.push({ peer, id })
        } else if (!adds) {
          list.splice(index, index === -1 ? 0 : 1)
          expect(table.remove(peer, id)).to.deep.equal({ removed: index !== -1, last: index !== -1 && list.every(entry => entry.peer !== peer) })
        }
      }

      expect(table.size).to.equal(list.length)
      expect(table.all()).to.have.members(list.map(({ id }) => id))
      expect(table.peers()).to.have.members([...new Set(list.map(({ peer }) => peer))])

      for (const name of ['A', 'B', 'C']) {
        expect(table.to(name)).to.deep.equal(list.filter(({ peer }) => peer === name).map(({ id }) => id))
      }
    }))
  })

  it('calls a peer limited when all its connections are', () => {
    const table = new ConnectionTable<ConnectionFacts>(connection => connection)
    const limited = facts({ limited: true })
    const full = facts()

    expect(table.connectedness('A')).to.equal('not-connected')
    table.add('A', limited)
    expect(table.connectedness('A')).to.equal('limited')
    table.add('A', full)
    expect(table.connectedness('A')).to.equal('connected')
    table.remove('A', full)
    expect(table.connectedness('A')).to.equal('limited')
  })
})
