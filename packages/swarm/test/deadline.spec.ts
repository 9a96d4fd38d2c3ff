import { expect } from 'aegir/chai'
import { clearableDeadline, Deadlines, withDeadline } from '../src/deadline.ts'

/** Timers that were set and neither fired nor cleared while `task` ran. */
async function timersLeft (task: () => Promise<void>): Promise<number> {
  const { setTimeout, clearTimeout } = globalThis
  const live = new Set<unknown>()
  globalThis.setTimeout = Object.assign((callback: () => void, ms?: number) => {
    const timer = setTimeout(() => {
      live.delete(timer)
      callback()
    }, ms)
    live.add(timer)
    return timer
  }, setTimeout)
  globalThis.clearTimeout = timer => {
    live.delete(timer)
    clearTimeout(timer)
  }

  try {
    await task()
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout })
  }

  return live.size
}

describe('deadline', () => {
  it('gives the result and leaves no timer', async () => {
    await expect(timersLeft(async () => {
      await expect(withDeadline(60_000, undefined, 'work', async () => 5)).to.eventually.equal(5)
    })).to.eventually.equal(0)
  })

  it('rejects with what took too long, even when the task hears nothing', async () => {
    await expect(withDeadline(1, undefined, 'counting sheep', async () => new Promise(() => {})))
      .to.eventually.be.rejectedWith('counting sheep took longer than 1 ms').with.property('name', 'TimeoutError')
  })

  it('rejects with the reason of the parent', async () => {
    const parent = new AbortController()

    await expect(timersLeft(async () => {
      const result = withDeadline(60_000, parent.signal, 'work', async () => new Promise(() => {}))
      parent.abort(new Error('enough'))
      await expect(result).to.eventually.be.rejectedWith('enough')
    })).to.eventually.equal(0)
  })

  it('does not start when the parent has aborted', async () => {
    let started = false
    const work = async (): Promise<void> => { started = true }

    await expect(withDeadline(60_000, AbortSignal.abort(new Error('late')), 'work', work)).to.eventually.be.rejectedWith('late')
    expect(started).to.equal(false)
  })

  it('passes an abort that came before on to a signal', () => {
    expect(clearableDeadline(60_000, AbortSignal.abort(new Error('late')), 'work').reason).to.have.property('message', 'late')
  })
})

/** Those that keep the process alive. */
function timers (): number {
  return process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
}

describe('deadlines with one timer', () => {
  it('call each that is not deleted, in order', async () => {
    const deadlines = new Deadlines(5)
    const called: string[] = []
    const deleted = (): void => { called.push('deleted') }
    deadlines.add(() => { called.push('first') })
    deadlines.add(deleted)
    deadlines.delete(deleted)
    await new Promise<void>(resolve => {
      deadlines.add(() => { called.push('last') })
      deadlines.add(resolve)
    })
    expect(called).to.deep.equal(['first', 'last'])
  })

  it('set one timer for all, and none that keeps the process', async () => {
    // the runner sets its own when the test gives its promise
    await Promise.resolve()
    const before = timers()
    await expect(timersLeft(async () => {
      const deadlines = new Deadlines(60_000)
      const calls = Array.from({ length: 100 }, () => () => {})
      calls.forEach(call => { deadlines.add(call) })
    })).to.eventually.equal(1)
    expect(timers()).to.equal(before)
  })
})
