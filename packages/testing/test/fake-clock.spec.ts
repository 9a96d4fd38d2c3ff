import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { FakeClock } from '../src/index.ts'

describe('FakeClock', () => {
  it('runs timers in the order of time, and at one time in the order they were set', () => {
    const clock = new FakeClock()
    const ran: string[] = []

    for (const [name, delay] of [['c', 20], ['a', 10], ['b', 10], ['first', 0]] as const) {
      clock.setTimeout(() => { ran.push(`${name}@${clock.now()}`) }, delay)
    }

    clock.advance(15)
    expect(ran).to.deep.equal(['first@0', 'a@10', 'b@10'])
    expect(clock.now()).to.equal(15)
    expect(clock.pending).to.equal(1)
    expect(clock.next).to.equal(20)

    clock.advanceTo(20)
    expect(ran.at(-1)).to.equal('c@20')
    expect(clock.pending).to.equal(0)
    expect(clock.next).to.equal(undefined)
  })

  it('runs a timer that a callback sets in the same advance, when it is due', () => {
    const clock = new FakeClock({ now: 1_000 })
    const ran: number[] = []
    const tick = (): void => {
      ran.push(clock.now())
      clock.setTimeout(tick, 30)
    }

    clock.setTimeout(tick, 10)
    clock.advance(100)

    expect(ran).to.deep.equal([1_010, 1_040, 1_070, 1_100])
    expect(clock.pending).to.equal(1)
  })

  it('does not run a timer that was canceled, not even by a callback at the same time', () => {
    const clock = new FakeClock()
    const ran: string[] = []
    const late = clock.setTimeout(() => { ran.push('late') }, 10)
    clock.setTimeout(() => { victim.cancel() }, 5)
    const victim = clock.setTimeout(() => { ran.push('victim') }, 5)

    late.cancel()
    late.cancel()
    clock.advance(10)
    victim.cancel()

    expect(ran).to.deep.equal([])
    expect(clock.pending).to.equal(0)
  })

  it('agrees with a sorted list, whatever is set and canceled', () => {
    const action = fc.record({ delay: fc.integer({ min: 0, max: 20 }), cancel: fc.boolean(), advance: fc.integer({ min: 0, max: 10 }) })

    fc.assert(fc.property(fc.array(action, { maxLength: 60 }), actions => {
      const clock = new FakeClock()
      const model: Array<{ id: number, time: number }> = []
      const ran: number[] = []
      const expected: number[] = []

      actions.forEach(({ delay, cancel, advance }, id) => {
        const timer = clock.setTimeout(() => { ran.push(id) }, delay)
        model.push({ id, time: clock.now() + delay })

        if (cancel) {
          timer.cancel()
          model.pop()
        }

        clock.advance(advance)
        const due = model.filter(timer => timer.time <= clock.now()).sort((a, b) => a.time - b.time || a.id - b.id)
        due.forEach(timer => { model.splice(model.indexOf(timer), 1) })
        expected.push(...due.map(timer => timer.id))

        expect(ran).to.deep.equal(expected)
        expect(clock.pending).to.equal(model.length)
      })
    }))
  })

  it('lets promises settle between timers when it advances asynchronously', async () => {
    const clock = new FakeClock()
    const sleep = async (ms: number): Promise<void> => {
      await new Promise<void>(resolve => { clock.setTimeout(resolve, ms) })
    }
    const woke: number[] = []
    const run = async (): Promise<void> => {
      for (let i = 0; i < 5; i++) {
        await sleep(10)
        await Promise.resolve()
        woke.push(clock.now())
      }
    }
    const running = run()

    await clock.advanceAsync(35)
    expect(woke).to.deep.equal([10, 20, 30])
    expect(clock.now()).to.equal(35)

    await clock.advanceToAsync(50)
    await running
    expect(woke).to.deep.equal([10, 20, 30, 40, 50])
  })

  it('runs until a promise settles and stops there', async () => {
    const clock = new FakeClock()
    clock.setTimeout(() => {}, 5_000)
    const answer = new Promise<string>(resolve => { clock.setTimeout(() => { resolve('here') }, 250) })

    expect(await clock.runUntil(answer)).to.equal('here')
    expect(clock.now()).to.equal(250)

    const failure = new Promise<string>((_resolve, reject) => { clock.setTimeout(() => { reject(new Error('no')) }, 50) })
    await expect(clock.runUntil(failure)).to.eventually.be.rejectedWith('no')
    expect(clock.now()).to.equal(300)
  })

  it('waits for work outside the clock when no timer is left', async () => {
    const clock = new FakeClock()
    const key = crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, true, ['encrypt'])

    expect(await clock.runUntil(key)).to.have.property('type', 'secret')
    expect(clock.now()).to.equal(0)
  })

  it('grants real time before it moves, when asked to', async () => {
    const clock = new FakeClock({ grace: 2 })
    const deadline = new Promise((_resolve, reject) => { clock.setTimeout(() => { reject(new Error('deadline')) }, 100) })
    const work = new Promise(resolve => { setTimeout(resolve, 0, 'done') })

    expect(await clock.runUntil(Promise.race([work, deadline]))).to.equal('done')
  })

  it('says so when a promise will never settle', async () => {
    const clock = new FakeClock()
    const never = new Promise(() => {})

    await expect(clock.runUntil(never)).to.eventually.be.rejected()
      .with.property('code', 'ERR_CLOCK_STALLED')

    clock.setTimeout(() => {}, 11)
    await expect(clock.runUntil(never, { limit: 10 })).to.eventually.be.rejected()
      .with.property('code', 'ERR_CLOCK_STALLED')
    expect(clock.pending).to.equal(1)
  })

  it('keeps its place when a callback throws', () => {
    const clock = new FakeClock()
    let ran = 0
    clock.setTimeout(() => { throw new Error('callback') }, 10)
    clock.setTimeout(() => { ran++ }, 10)

    expect(() => { clock.advance(20) }).to.throw('callback')
    expect(clock.now()).to.equal(10)

    clock.advance(10)
    expect(ran).to.equal(1)
    expect(clock.now()).to.equal(20)
  })

  it('refuses to be advanced while it is advancing', async () => {
    const clock = new FakeClock()
    clock.setTimeout(() => { clock.advance(1) }, 1)
    expect(() => { clock.advance(1) }).to.throw().with.property('code', 'ERR_CLOCK_BUSY')

    const advancing = clock.advanceAsync(1)
    expect(() => { clock.advance(1) }).to.throw().with.property('code', 'ERR_CLOCK_BUSY')
    await advancing
  })

  it('ends a loop of timers that set themselves with delay 0', () => {
    const clock = new FakeClock()
    const again = (): void => { clock.setTimeout(again, 0) }
    again()

    expect(() => { clock.advance(1) }).to.throw().with.property('code', 'ERR_CLOCK_LIVELOCK')
  })

  it('refuses times that make no sense, naming them', () => {
    const clock = new FakeClock({ now: 10 })

    for (const delay of [NaN, Infinity, 2 ** 31]) {
      expect(() => clock.setTimeout(() => {}, delay)).to.throw(`${delay}`).with.property('code', 'ERR_INVALID_VALUE')
    }

    for (const ms of [NaN, Infinity, -1]) {
      expect(() => { clock.advance(ms) }).to.throw(`${ms}`).with.property('code', 'ERR_INVALID_VALUE')
    }

    expect(() => { clock.advanceTo(9) }).to.throw('9').with.property('code', 'ERR_INVALID_VALUE')
    expect(() => new FakeClock({ now: -1 })).to.throw('-1').with.property('code', 'ERR_INVALID_VALUE')
    expect(clock.pending).to.equal(0)
  })

  it('takes a delay below 0 for 0, as a real timer does', () => {
    const clock = new FakeClock()
    let ran = false
    clock.setTimeout(() => { ran = true }, -5)
    clock.advance(0)
    expect(ran).to.equal(true)
  })
})
