import { expect } from 'aegir/chai'
import { KeyedQueue } from '../../src/peer-store/keyed-queue.ts'

describe('KeyedQueue', () => {
  it('runs tasks of one key one after another', async () => {
    const queue = new KeyedQueue()
    const first = Promise.withResolvers<void>()
    const log: string[] = []
    const results = [
      queue.run('a', async () => { await first.promise; log.push('first'); return 1 }),
      queue.run('a', async () => { log.push('second'); return 2 })
    ]
    log.push('asked')
    first.resolve()

    expect(await Promise.all(results)).to.deep.equal([1, 2])
    expect(log).to.deep.equal(['asked', 'first', 'second'])
  })

  it('lets no key wait for another one', async () => {
    const queue = new KeyedQueue()
    const first = Promise.withResolvers<void>()
    const waiting = queue.run('a', async () => first.promise)

    expect(await queue.run('b', async () => 'done')).to.equal('done')
    first.resolve()
    await waiting
  })

  it('goes on after a task that failed', async () => {
    const queue = new KeyedQueue()
    const failing = queue.run('a', async () => { throw new Error('no') })
    const next = queue.run('a', async () => 'done')

    await expect(failing).to.eventually.be.rejectedWith('no')
    expect(await next).to.equal('done')
  })

  it('does not run a task that was given up before its turn', async () => {
    const queue = new KeyedQueue()
    const first = Promise.withResolvers<void>()
    const controller = new AbortController()
    let ran = false
    const running = queue.run('a', async () => first.promise)
    const waiting = queue.run('a', async () => { ran = true }, { signal: controller.signal })
    controller.abort(new Error('given up'))

    await expect(waiting).to.eventually.be.rejectedWith('given up')
    first.resolve()
    await running
    await queue.run('a', async () => {})
    expect(ran).to.be.false()
  })

  it('keeps nothing of a key whose tasks are done', async () => {
    const queue = new KeyedQueue()
    const tasks = Array.from({ length: 10 }, async (_, i) => queue.run(`${i % 3}`, async () => {}))
    expect(queue.size).to.equal(3)
    await Promise.all(tasks)
    await Promise.resolve()

    expect(queue.size).to.equal(0)
  })
})
