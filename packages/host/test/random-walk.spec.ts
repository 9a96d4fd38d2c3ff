import { defaultLogger } from '@libp2p/logger'
import { expect } from 'aegir/chai'
import { RandomWalk } from '../src/routing/random-walk.ts'
import { randomPeer } from './fixtures/peers.ts'
import type { AbortOptions, PeerInfo, PeerRouting } from '@libp2p/interface'

type Query = (key: Uint8Array, options?: AbortOptions) => AsyncIterable<PeerInfo>

function walkOver (getClosestPeers: Query): RandomWalk {
  return new RandomWalk({ logger: defaultLogger(), peerRouting: { getClosestPeers } as unknown as PeerRouting })
}

async function take (walk: RandomWalk, count: number): Promise<PeerInfo[]> {
  const peers: PeerInfo[] = []

  for await (const peer of walk.walk()) {
    if (peers.push(peer) === count) {
      break
    }
  }

  return peers
}

const somebody = async (): Promise<PeerInfo> => ({ id: await randomPeer(), multiaddrs: [] })

describe('random walk', () => {
  it('asks for no more peers than are wanted', async () => {
    let yielded = 0
    const walk = walkOver(async function * () {
      while (true) {
        yielded++
        yield await somebody()
      }
    })

    expect(await take(walk, 3)).to.have.lengthOf(3)
    expect(yielded).to.equal(3)
  })

  it('goes on with another key when a query ends', async () => {
    const keys: string[] = []
    const walk = walkOver(async function * (key) {
      keys.push(Buffer.from(key).toString('hex'))
      yield await somebody()
    })

    await take(walk, 3)

    expect(new Set(keys)).to.have.property('size', 3)
  })

  it('shares one query among all that walk', async () => {
    let queries = 0
    const walk = walkOver(async function * () {
      queries++

      while (true) {
        yield await somebody()
      }
    })

    const [a, b] = await Promise.all([take(walk, 2), take(walk, 4)])

    expect(queries).to.equal(1)
    expect(b.slice(0, 2)).to.deep.equal(a)
  })

  it('ends the query when nobody walks any more, and starts one for the next who does', async () => {
    const signals: Array<AbortSignal | undefined> = []
    const walk = walkOver(async function * (_key, options) {
      signals.push(options?.signal)

      while (true) {
        yield await somebody()
      }
    })

    await take(walk, 1)
    expect(signals[0]?.aborted).to.be.true()
    await take(walk, 1)
    expect(signals).to.have.lengthOf(2)
  })

  it('fails for everybody when the query fails', async () => {
    const failure = new Error('no network')
    const walk = walkOver(async function * () {
      yield * []
      throw failure
    })

    for (const { reason, status } of await Promise.allSettled([take(walk, 1), take(walk, 1)]) as any[]) {
      expect(status).to.equal('rejected')
      expect(reason).to.equal(failure)
    }
  })

  it('ends with its caller\'s signal, and goes on for the others', async () => {
    const found = Promise.withResolvers<PeerInfo>()
    const walk = walkOver(async function * () { yield await found.promise })
    const controller = new AbortController()
    const impatient = walk.walk({ signal: controller.signal }).next()
    const patient = walk.walk().next()

    controller.abort(new Error('enough'))
    await expect(impatient).to.eventually.be.rejectedWith('enough')
    const peer = await somebody()
    found.resolve(peer)

    expect((await patient).value).to.equal(peer)
  })

  it('ends when the node stops, also a query that does not heed its signal', async () => {
    const walk = walkOver(async function * () { yield await new Promise<never>(() => {}) })
    const next = walk.walk().next()
    walk.stop()
    await expect(next).to.eventually.be.rejected.with.property('name', 'AbortError')
    await expect(walk.walk().next()).to.eventually.be.rejected.with.property('name', 'AbortError')

    walk.start()
    const again = walk.walk().next()
    walk.stop()
    await expect(again).to.eventually.be.rejected.with.property('name', 'AbortError')
  })

  it('does not ask again at once when nobody was found', async () => {
    let queries = 0
    const walk = walkOver(async function * () {
      queries++
      yield * []
    })
    const next = walk.walk().next()
    next.catch(() => {})

    for (let i = 0; i < 100; i++) {
      await new Promise(resolve => setImmediate(resolve))
    }

    expect(queries).to.equal(1)
    walk.stop()
  })
})
