import { ResourceLimitError } from '@libp2p-ws/core'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { LimitQueue } from '../src/sans-io/limit-queue.ts'
import { scaleLimits } from '../src/sans-io/resource-limits.ts'
import { ResourceScopes } from '../src/sans-io/resource-scopes.ts'
import { withinLimits } from '../src/within-limits.ts'
import { closeAll, echo, introduce, makeSwarm } from './swarms.ts'
import type { ResourceLimits, Swarm } from '../src/index.ts'
import type { ResourceHold } from '../src/sans-io/resource-hold.ts'
import type { Stream } from '@libp2p/interface'

const WINDOW = 256 * 1024

describe('who meets a limit', () => {
  it('waits in the line of the scope whose limit it met, and has its turn when something is released there', () => {
    const queue = new LimitQueue()
    const called: string[] = []
    queue.join('peer:A.streams', () => { called.push('A') })
    queue.join('peer:A.memory', () => { called.push('A again') })
    queue.join('protocol:/x/1.0.0.streams', () => { called.push('protocol') })
    const leave = queue.join('system.streams', () => { called.push('left') })
    leave()

    release(queue, 'system', 'peer:A', 'protocol:/x/2.0.0')
    expect(called).to.deep.equal(['A'])
    queue.pass('peer:A.streams')
    queue.pass('peer:A.streams')
    release(queue, 'protocol:/x/1.0.0')
    expect(called).to.deep.equal(['A', 'A again', 'protocol'])
  })

  for (const { name, second, outcome } of [
    { name: 'had what it wanted', second: undefined, outcome: 'opened' },
    { name: 'met another limit', second: new ResourceLimitError('peer:A.streams', 1), outcome: 'peer:A.streams' },
    { name: 'failed', second: new RangeError('other'), outcome: 'other' }
  ]) {
    it(`gives its turn to the next when it ${name}`, async () => {
      const queue = new LimitQueue()
      const given: Array<() => void> = []
      const waiter = async (...errors: Array<Error | undefined>): Promise<string> => withinLimits(async () => {
        const error = errors.shift()

        if (error != null) {
          throw error
        }

        return 'opened'
      }, queue, giveUp => {
        given.push(giveUp)
        return () => {}
      }).catch(err => err.limit ?? err.message)
      const met = new ResourceLimitError('system.memory', 1)
      const [first, next] = [waiter(met, second), waiter(met)]
      await turns()

      // once, and it may have been room for both
      release(queue, 'system')
      await expect(next).to.eventually.equal('opened')
      given[0]?.()
      await expect(first).to.eventually.equal(outcome)
    })
  }

  it('gives its turn to nobody when the same limit refuses it again', async () => {
    const queue = new LimitQueue()
    let asked = 0
    const refused = async (): Promise<never> => {
      asked++
      throw new ResourceLimitError('system.memory', 1)
    }
    const waiting = [1, 2, 3].map(async () => withinLimits(refused, queue, giveUp => {
      setImmediate(() => { setImmediate(() => { setImmediate(giveUp) }) })
      return () => {}
    }).catch(() => {}))
    await turns()
    release(queue, 'system')
    await turns()

    expect(asked).to.equal(4)
    await Promise.all(waiting)
  })

  it('has what it waits for once there is room, whoever gives up meanwhile', async () => {
    const step = fc.record({ peer: fc.constantFrom('A', 'B'), releases: fc.nat(3), patience: fc.constantFrom('endless', 'short') })

    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.nat(3), async (steps, most) => {
      const queue = new LimitQueue()
      const limits: ResourceLimits = { ...scaleLimits(0), transient: {}, system: { streams: most + 2 }, peer: { streams: 2 } }
      const scopes = new ResourceScopes(limits, released => { queue.onRelease(released) })
      const held: ResourceHold[] = []
      const results: Array<Promise<void>> = []
      let patient = 0

      for (const { peer, releases, patience } of steps) {
        let giveUp = (): void => {}
        patient += patience === 'endless' ? 1 : 0
        results.push(withinLimits(async () => scopes.openStream('outbound', peer), queue, give => {
          giveUp = give
          return () => {}
        }).then(
          hold => { held.push(hold) },
          err => {
            expect(patience).to.equal('short')
            expect(err).to.be.an.instanceof(ResourceLimitError)
          }
        ))
        await turns()
        held.splice(0, releases).forEach(hold => { hold.release() })
        patience === 'short' && giveUp()
      }

      // nobody who is patient is left in a line when all have released what they had
      for (let i = 0; i <= patient; i++) {
        await turns()
        held.splice(0).forEach(hold => { hold.release() })
      }

      await Promise.all(results)
      await turns()
      held.splice(0).forEach(hold => { hold.release() })
      expect(scopes.snapshot()).to.deep.equal({})
    }), { numRuns: 200 })
  })

  it('does not wait for anything but room', async () => {
    const waiters = new LimitQueue()
    await expect(withinLimits(async () => { throw new RangeError('other') }, waiters, () => () => {})).to.eventually.be.rejected.with.property('name', 'RangeError')
  })
})

describe('an outbound stream above a limit', () => {
  afterEach(closeAll)

  const LIMITS = {
    'number of streams': { system: { streamsOutbound: 1 } },
    'memory for a window': { system: { memory: WINDOW } }
  }

  async function full (scopes: Partial<ResourceLimits>, outboundStreamProtocolNegotiationTimeout?: number): Promise<{ a: Swarm, b: Swarm, held: Stream }> {
    const layers = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()], listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')] }
    const [a, b] = await Promise.all([makeSwarm({ ...layers, limits: { scopes }, outboundStreamProtocolNegotiationTimeout }), makeSwarm(layers)])
    b.handle('/echo', echo)
    await introduce(a, b)

    return { a, b, held: await a.newStream(b.localPeer, '/echo') }
  }

  for (const [name, scopes] of Object.entries(LIMITS)) {
    it(`waits until there is room: ${name}`, async () => {
      const { a, b, held } = await full(scopes)
      const streams = [1, 2, 3].map(async () => {
        const stream = await a.newStream(b.localPeer, '/echo')
        stream.abort(new Error('makes room'))
      })
      await turns()
      held.abort(new Error('makes room'))

      await Promise.all(streams)
    })
  }

  it('is refused when its time is over, by an error that names the limit', async () => {
    const { a, b } = await full(LIMITS['number of streams'], 30)

    await expect(a.newStream(b.localPeer, '/echo')).to.eventually.be.rejected.with.property('limit', 'system.streamsOutbound')
    await expect(a.newStream(b.localPeer, '/echo', { signal: AbortSignal.timeout(20) })).to.eventually.be.rejected.with.property('limit', 'system.streamsOutbound')
  })

  it('waits no longer than its connection lives', async () => {
    const { a, b } = await full(LIMITS['number of streams'])
    const waiting = expect(a.newStream(b.localPeer, '/echo')).to.eventually.be.rejected()
    await turns()
    await a.close()

    await waiting
  })
})

function release (queue: LimitQueue, ...scopes: string[]): void {
  queue.onRelease(scopes.map(name => ({ name })))
}

/** Every promise that can settle now has settled. */
async function turns (): Promise<void> {
  await new Promise(resolve => { setImmediate(resolve) })
}
