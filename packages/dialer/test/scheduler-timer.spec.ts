import { FakeClock } from '@libp2p-ws/testing'
import { expect } from 'aegir/chai'
import { SchedulerTimer } from '../src/scheduler-timer.ts'
import type { Clock } from '@libp2p-ws/core'

describe('the timer of the scheduler', () => {
  /** Its timers count whole milliseconds, as those of Node.js and browsers do. */
  function coarse (clock: FakeClock): Clock {
    return { now: () => clock.now(), setTimeout: (callback, delay) => clock.setTimeout(callback, Math.trunc(delay)) }
  }

  it('takes a timer that is early by less than a millisecond as punctual', async () => {
    const clock = new FakeClock()
    const dueAt: number[] = []
    const timer = new SchedulerTimer(coarse(clock), () => { dueAt.push(timer.now()) })
    timer.set(249.6)
    await clock.advanceAsync(300)

    expect(dueAt).to.deep.equal([249.6])
  })

  it('does not go back after that', async () => {
    const clock = new FakeClock()
    const timer = new SchedulerTimer(coarse(clock), () => {})
    timer.set(249.6)
    await clock.advanceAsync(249)

    expect(clock.now()).to.equal(249)
    expect(timer.now()).to.equal(249.6)
    await clock.advanceAsync(1)
    expect(timer.now()).to.equal(250)
  })

  it('is early, and says so, where the wait is longer than a timer can be', async () => {
    const clock = new FakeClock()
    const delays: number[] = []
    const at = 2 ** 31 + 10
    const timer = new SchedulerTimer({
      now: () => clock.now(),
      setTimeout: (callback, delay) => {
        delays.push(delay)

        return clock.setTimeout(callback, delay)
      }
    }, () => { timer.set(timer.now() < at ? at : undefined) })
    timer.set(at)
    await clock.advanceAsync(at)

    expect(delays).to.deep.equal([2 ** 31 - 1, 11])
    expect(clock.pending).to.equal(0)
  })

  it('replaces a timer that is too late, and keeps one that is early', async () => {
    const clock = new FakeClock()
    const dueAt: number[] = []
    const timer = new SchedulerTimer(clock, () => { dueAt.push(timer.now()) })
    timer.set(100)
    timer.set(50)
    timer.set(70)
    await clock.advanceAsync(200)

    expect(dueAt).to.deep.equal([50])
    timer.set(300)
    timer.set(undefined)
    expect(clock.pending).to.equal(0)
  })
})
