import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { DialQueue } from '../src/dialing/dial-queue.ts'
import { randomPeer } from './fixtures/peers.ts'
import type { PeerAddresses } from '../src/dial-target.ts'
import type { DialJob } from '../src/dialing/dial-queue.ts'
import type { Connection } from '@libp2p/interface'

interface Running {
  job: DialJob
  finish(connection?: Connection): void
}

/** A queue whose dials end when the test says so. */
function makeQueue (maxParallelDials: number, maxDialQueueLength?: number): { queue: DialQueue, running: Running[] } {
  const running: Running[] = []
  const queue = new DialQueue({ maxParallelDials, maxDialQueueLength }, async job => new Promise((resolve, reject) => {
    running.push({ job, finish: (connection = {} as any) => { resolve(connection) } })
    job.signal.addEventListener('abort', () => { reject(job.signal.reason) })
  }))

  return { queue, running }
}

const to = (...addresses: string[]): PeerAddresses => ({ peer: undefined, addresses: addresses.map(address => multiaddr(address)) })
const turn = async (): Promise<void> => { await new Promise(resolve => setTimeout(resolve)) }

describe('dial queue', () => {
  it('starts dials of higher priority first, among equals in the order they came', async () => {
    const { queue, running } = makeQueue(1)
    const dials = [50, 50, 75, 10, 75].map(async (priority, i) => queue.dial(to(`/memory/${i}`), { priority }))

    for (let i = 0; i < dials.length; i++) {
      await turn()
      running[i]?.finish()
    }

    await Promise.all(dials)
    expect(running.map(({ job }) => [...job.addresses.keys()].join())).to.deep.equal(['/memory/0', '/memory/2', '/memory/4', '/memory/1', '/memory/3'])
  })

  it('runs as many at a time as it may, never more, and forgets those that ended', async () => {
    const step = fc.record({ key: fc.nat(6), priority: fc.nat(3), abort: fc.boolean() })

    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 20 }), async (limit, steps) => {
      const { queue, running } = makeQueue(limit)
      const dials = steps.map(async ({ abort, key, priority }) => queue.dial(to(`/memory/${key}`), { priority, signal: abort ? AbortSignal.abort() : AbortSignal.any([]) }))
      const settled = Promise.allSettled(dials)

      for (let i = 0; queue.size > 0; i++) {
        expect(queue.running).to.equal(Math.min(limit, queue.size))
        await turn()
        running[i]?.finish()
        await turn()
      }

      expect((await settled).map(({ status }) => status)).to.deep.equal(steps.map(({ abort }) => abort ? 'rejected' : 'fulfilled'))
      expect(queue.running).to.equal(0)
    }), { numRuns: 30 })
  })

  it('joins dials to one peer, and to one address', async () => {
    const { queue, running } = makeQueue(2)
    const peer = await randomPeer()
    const events: string[] = []
    const onProgress = ({ type }: { type: string }): void => { events.push(type) }
    const dials = [
      queue.dial({ peer, addresses: [multiaddr('/memory/a')] }, { onProgress }),
      queue.dial({ peer, addresses: [multiaddr('/memory/b')] }, { onProgress }),
      queue.dial(to('/memory/c', '/memory/d'), {}),
      queue.dial(to('/memory/d', '/memory/e'), {})
    ]
    await turn()

    expect(queue.size).to.equal(2)
    expect(queue.pending().map(({ multiaddrs, peerId, status }) => `${status} ${peerId?.toString() ?? 'unknown'} ${multiaddrs.join()}`)).to.deep.equal([
      `active ${peer} /memory/a,/memory/b`,
      'active unknown /memory/c,/memory/d,/memory/e'
    ])
    expect(events).to.deep.equal(['dial-queue:add-to-dial-queue', 'dial-queue:already-in-dial-queue', 'dial-queue:start-dial', 'dial-queue:start-dial'])
    running.forEach(({ finish }) => { finish() })
    await Promise.all(dials)
  })

  it('goes on for the callers that are left, and ends with the last one', async () => {
    const { queue, running } = makeQueue(1)
    const controllers = [new AbortController(), new AbortController()]
    const dials = controllers.map(async ({ signal }) => queue.dial(to('/memory/a'), { signal }))
    const settled = Promise.allSettled(dials)
    await turn()

    controllers[0]?.abort()
    await turn()
    expect(running[0]?.job.signal.aborted).to.be.false()
    controllers[1]?.abort()
    await turn()

    expect(running[0]?.job.signal.aborted).to.be.true()
    expect((await settled).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected'])
    expect(queue.size).to.equal(0)
  })

  it('rejects dials that wait and dials that run when it is aborted', async () => {
    const { queue } = makeQueue(1)
    const dials = Promise.allSettled([queue.dial(to('/memory/a'), {}), queue.dial(to('/memory/b'), {})])
    await turn()
    queue.abort()

    expect((await dials).map(result => result.status === 'rejected' && result.reason.name)).to.deep.equal(['AbortError', 'AbortError'])
    expect(queue.size).to.equal(0)
  })

  it('refuses a dial when it is full, but not one that joins', async () => {
    const { queue, running } = makeQueue(1, 1)
    const dial = queue.dial(to('/memory/a'), {})

    await expect(queue.dial(to('/memory/b'), {})).to.eventually.be.rejected.with.property('code', 'ERR_DIAL_QUEUE_FULL')
    const joined = queue.dial(to('/memory/a'), {})
    await turn()
    running.forEach(({ finish }) => { finish() })
    await Promise.all([dial, joined])
  })
})
