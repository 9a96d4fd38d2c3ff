import { expect } from 'aegir/chai'
import { DialBackoff } from '../../src/index.ts'

describe('dial backoff', () => {
  it('seed 003: waits 5 s and 1 s times the square of the earlier failures, at most 5 minutes', () => {
    const backoff = new DialBackoff()
    const waits = Array.from({ length: 20 }, () => {
      backoff.add('peer', 'address', 0)

      return backoff.until('peer', 'address', 0)
    })

    expect(waits.slice(0, 5)).to.deep.equal([5_000, 6_000, 9_000, 14_000, 21_000])
    expect(waits[17]).to.equal(294_000)
    expect(waits.slice(18)).to.deep.equal([300_000, 300_000])
  })

  it('is over when its time is', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'address', 1_000)

    expect(backoff.until('peer', 'address', 5_999)).to.equal(6_000)
    expect(backoff.until('peer', 'address', 6_000)).to.be.undefined()
  })

  it('goes on counting after a wait is over', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'address', 0)
    backoff.add('peer', 'address', 7_000)

    expect(backoff.until('peer', 'address', 7_000)).to.equal(13_000)
  })

  it('knows addresses of peers, not addresses and not peers', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'address', 0)

    expect(backoff.until('peer', 'other', 0)).to.be.undefined()
    expect(backoff.until('other', 'address', 0)).to.be.undefined()
  })

  it('go: a success clears all addresses of the peer, and no other peer', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'address', 0)
    backoff.add('peer', 'second', 0)
    backoff.add('other', 'address', 0)
    backoff.clear('peer')

    expect(backoff.until('peer', 'address', 0)).to.be.undefined()
    expect(backoff.until('other', 'address', 0)).to.equal(5_000)
    expect(backoff.size).to.equal(1)
  })

  it('can be set', () => {
    const backoff = new DialBackoff({ base: 10, coef: 100, max: 200 })
    const waits = [1, 2, 3].map(() => {
      backoff.add('peer', 'address', 0)

      return backoff.until('peer', 'address', 0)
    })

    expect(waits).to.deep.equal([10, 110, 200])
  })

  it('on another network keeps only what the remote end has refused', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'refused', 0, 'remote')
    backoff.add('peer', 'no route', 0, 'local')
    backoff.add('peer', 'silent', 0, 'unanswered')
    backoff.resetNetworkState()

    expect(backoff.size).to.equal(1)
    expect(backoff.until('peer', 'refused', 0)).to.equal(5_000)
  })

  it('forgets what has been over for as long as it lasted', () => {
    const backoff = new DialBackoff()
    backoff.add('peer', 'address', 0)
    backoff.prune(10_999)
    expect(backoff.size).to.equal(1)
    backoff.prune(11_000)
    expect(backoff.size).to.equal(0)
  })

  it('stays bounded without being asked', () => {
    const backoff = new DialBackoff()

    for (let i = 0; i < 10_000; i++) {
      backoff.add(`peer ${i}`, 'address', i * 1_000)
    }

    expect(backoff.size).to.be.below(700)
  })
})
