import { streamPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { setDeadline, setReadDeadline, setWriteDeadline } from '../src/index.ts'
import { DeadlineWheel } from '../src/sans-io/deadline-wheel.ts'
import type { Stream } from '@libp2p/interface'

describe('deadlines at any distance', () => {
  it('fall due once, in order, and no more than a tick late', () => {
    const step = fc.record({ item: fc.nat(9), at: fc.option(fc.nat(2_000)), advance: fc.nat(100) })

    fc.assert(fc.property(fc.array(step, { size: 'max', maxLength: 60 }), steps => {
      const wheel = new DeadlineWheel<number>()
      const expected = new Map<number, number>()
      let now = 0
      const check = (): void => {
        const due = wheel.handleTimeout(now)
        due.forEach(item => {
          expect(expected.get(item)).to.be.at.most(now)
          expected.delete(item)
        })
        expected.forEach(at => { expect(at).to.be.above(now - 10) })
        const earliest = Math.min(...expected.values())
        expect(wheel.pollTimeout() ?? Infinity).to.be.within(earliest, earliest + 10)
      }

      for (const { item, at, advance } of steps) {
        if (at == null) {
          wheel.delete(item)
          expected.delete(item)
        } else {
          wheel.set(item, now + at)
          expected.set(item, now + at)
        }

        now += advance
        check()
      }

      now += 2_010
      check()
      expect(expected.size).to.equal(0)
    }))
  })
})

describe('deadlines of a stream', () => {
  let near: Stream
  let far: Stream

  beforeEach(async () => {
    [near, far] = await streamPair()
  })

  const closeOf = async (stream: Stream): Promise<Error | undefined> => new Promise(resolve => { stream.addEventListener('close', event => { resolve(event.error) }) })

  it('aborts when the far end has not ended in time', async () => {
    const closed = closeOf(near)
    setReadDeadline(near, Date.now() + 20)
    expect(await closed).to.include({ name: 'StreamDeadlineError', code: 'ERR_STREAM_DEADLINE', operation: 'read' })
  })

  it('leaves alone who has read it all, and who has nothing to send', async () => {
    const other = await streamPair()
    setDeadline(near, new Date(Date.now() + 20))
    setWriteDeadline(other[0], Date.now() + 20)
    // set last, due last
    setReadDeadline(other[1], Date.now() + 40)
    await far.close()
    await closeOf(other[1])
    expect([near.status, other[0].status]).to.deep.equal(['open', 'open'])
  })

  it('aborts when what was sent still waits to go out', async () => {
    const closed = closeOf(near)
    far.pause()
    Object.defineProperty(near, 'writableNeedsDrain', { value: true })
    setWriteDeadline(near, Date.now())
    expect(await closed).to.include({ name: 'StreamDeadlineError', operation: 'write' })
  })

  it('can be moved, and taken back', async () => {
    const [late] = await streamPair()
    const order: string[] = []
    near.addEventListener('close', () => { order.push('near') })
    late.addEventListener('close', () => { order.push('late') })
    setReadDeadline(late, Date.now())
    setReadDeadline(late, Date.now() + 60)
    setReadDeadline(far, Date.now() + 30)
    setReadDeadline(far, undefined)
    setReadDeadline(near, Date.now() + 30)
    await closeOf(late)
    expect(order).to.deep.equal(['near', 'late'])
    expect(far.status).to.not.equal('aborted')
  })

  it('aborts at once when the time has passed, and not a stream that is over', async () => {
    setDeadline(near, 0)
    expect(await closeOf(near)).to.have.property('name', 'StreamDeadlineError')
    setDeadline(near, 0)
  })

  it('is no deadline without a time', () => {
    expect(() => { setReadDeadline(near, NaN) }).to.throw('NaN is no time').with.property('code', 'ERR_INVALID_VALUE')
    expect(() => { setDeadline(near, new Date('never')) }).to.throw().with.property('parameter', 'deadline')
  })
})
