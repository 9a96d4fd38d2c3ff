import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { DialLimiter } from '../../src/index.ts'
import type { LimitedDial } from '../../src/index.ts'

function dial (peer: string, fields: Partial<LimitedDial> = {}): LimitedDial {
  return { peer, usesFd: true, wasTried: false, priority: 50, ...fields }
}

/** A limiter, and the dials that it has let start, in order. */
class Started {
  readonly limiter: DialLimiter<LimitedDial>
  readonly inFlight: LimitedDial[] = []

  constructor (fdLimit: number, perPeerLimit: number) {
    this.limiter = new DialLimiter({ fdLimit, perPeerLimit })
  }

  add (...dials: LimitedDial[]): void {
    for (const added of dials) {
      if (this.limiter.add(added).waitsFor === undefined) {
        this.inFlight.push(added)
      }
    }
  }

  remove (dial: LimitedDial): void {
    const place = this.inFlight.indexOf(dial)

    if (place >= 0) {
      this.inFlight.splice(place, 1)
    }

    this.inFlight.push(...this.limiter.remove(dial).filter(({ waitsFor }) => waitsFor === undefined).map(({ dial }) => dial))
  }
}

function checkLimits ({ inFlight }: Started, known: LimitedDial[], fd: number, perPeer: number): void {
  const fds = inFlight.filter(({ usesFd }) => usesFd).length
  const ofPeer = (peer: string): number => inFlight.filter(dial => dial.peer === peer).length
  const waiting = known.filter(dial => !inFlight.includes(dial))

  expect(fds).to.be.at.most(fd)
  expect(Math.max(...['a', 'b', 'c'].map(ofPeer))).to.be.at.most(perPeer)

  // with file descriptors to be had, only the limit of a peer holds a dial
  expect(fds < fd && waiting.some(({ peer }) => ofPeer(peer) < perPeer)).to.be.false()
}

describe('the dial limiter', () => {
  it('go: a peer has no more dials in flight than its limit, and the next starts when one ends', () => {
    const started = new Started(160, 4)
    const hung = [1, 2, 3, 4].map(() => dial('peer'))
    const next = dial('peer')
    started.add(...hung, next)
    expect(started.inFlight).to.deep.equal(hung)

    started.remove(hung[0] as LimitedDial)
    expect(started.inFlight).to.deep.equal([...hung.slice(1), next])
  })

  it('go: file descriptors limit all peers together, and neither UDP nor relayed addresses', () => {
    const started = new Started(16, 5)
    const peers = ['a', 'b', 'c', 'd']
    started.add(...peers.flatMap(peer => [1, 2, 3, 4].map(() => dial(peer))))
    started.add(...peers.map(peer => dial(peer)))
    expect(started.inFlight).to.have.lengthOf(16)

    const withoutFd = dial('e', { usesFd: false })
    started.add(withoutFd)
    expect(started.inFlight).to.include(withoutFd)
  })

  it('go: tokens go to the dials that wait for them, each of its own kind', () => {
    const started = new Started(8, 4)
    const a = [1, 2, 3, 4].map(() => dial('a'))
    const b = [1, 2, 3, 4].map(() => dial('b'))
    const goodB = dial('b')
    started.add(...a, ...b, goodB)

    // a file descriptor is free, but b has all its dials in flight
    started.remove(a[0] as LimitedDial)
    expect(started.inFlight).not.to.include(goodB)

    // takes that file descriptor
    const moreA = dial('a')
    started.add(moreA)
    expect(started.inFlight).to.include(moreA)

    started.remove(b[0] as LimitedDial)
    expect(started.inFlight).to.include(goodB)
  })

  it('a dial that waits for a file descriptor holds its place at the peer', () => {
    const started = new Started(1, 1)
    const first = dial('a')
    const waiting = dial('b')
    started.add(first, waiting)

    expect(started.limiter.add(dial('b', { usesFd: false })).waitsFor).to.equal('peer:b')
    expect(started.limiter.tokensTaken).to.equal(3)
  })

  it('seed 004: who waits gets the token straight from the one that ends, and no newcomer in between', () => {
    const started = new Started(1, 8)
    const first = dial('a')
    const second = dial('b')
    started.add(first, second)
    started.remove(first)
    started.add(dial('c'))

    expect(started.inFlight).to.deep.equal([second])
  })

  it('lets the untried go before the tried, then the urgent, then who came first', () => {
    const started = new Started(1, 8)
    const first = dial('a')
    const order = [
      dial('b', { priority: 100 }),
      dial('c'),
      dial('d'),
      dial('e', { wasTried: true, priority: 100 }),
      dial('f', { wasTried: true })
    ]
    started.add(first, ...[3, 1, 4, 0, 2].map(i => order[i] as LimitedDial))
    const next = order.map(() => {
      const [running] = started.inFlight
      started.remove(running as LimitedDial)

      return started.inFlight[0]
    })

    expect(next).to.deep.equal(order)
  })

  it('a dial that gives up waiting passes on what it held', () => {
    const started = new Started(1, 1)
    const first = dial('a')
    const waiting = dial('b')
    const behind = dial('b', { usesFd: false })
    started.add(first, waiting, behind)
    started.remove(waiting)

    expect(started.inFlight).to.deep.equal([first, behind])
  })

  it('property: limits hold, nobody waits for a free token, and no token is lost', () => {
    const limits = fc.record({ fd: fc.integer({ min: 1, max: 6 }), perPeer: fc.integer({ min: 1, max: 4 }) })
    const action = fc.record({
      remove: fc.boolean(),
      place: fc.nat(),
      peer: fc.constantFrom('a', 'b', 'c'),
      usesFd: fc.boolean(),
      wasTried: fc.boolean(),
      priority: fc.constantFrom(10, 50, 90)
    })

    fc.assert(fc.property(limits, fc.array(action, { maxLength: 100 }), ({ fd, perPeer }, actions) => {
      const started = new Started(fd, perPeer)
      let known: LimitedDial[] = []

      for (const { remove, place, peer, usesFd, wasTried, priority } of actions) {
        if (remove && known.length > 0) {
          const gone = known[place % known.length] as LimitedDial
          known = known.filter(dial => dial !== gone)
          started.remove(gone)
        } else {
          const added = dial(peer, { usesFd, wasTried, priority })
          known.push(added)
          started.add(added)
        }

        checkLimits(started, known, fd, perPeer)
      }

      known.forEach(dial => { started.remove(dial) })
      expect(started.limiter).to.include({ size: 0, tokensTaken: 0 })
    }))
  })
})
