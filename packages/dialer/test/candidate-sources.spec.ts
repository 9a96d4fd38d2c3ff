/** Sources of candidates that start late: by themselves, or when they are needed. */
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { dialer } from '../src/index.ts'
import { FakeNetwork, randomPeer, wait } from './support/network.ts'
import { publicAddresses } from './support/world.ts'
import type { Dialer, DialError, DialerInit } from '../src/index.ts'
import type { PeerId } from '@libp2p/interface'
import type { CandidatesOptions, DialCandidate } from '@libp2p-ws/core'

const [a = '', b = '', c = ''] = publicAddresses(3)

describe('a source of candidates', () => {
  let peer: PeerId
  let network: FakeNetwork
  let running: Dialer | undefined

  /** When the source was told that it is needed. */
  let neededAt: number[]

  before(async () => { peer = await randomPeer() })

  beforeEach(async () => {
    network = new FakeNetwork(await randomPeer())
    neededAt = []
  })

  afterEach(async () => {
    await running?.close()
    await network.clock.advanceAsync(0)
    expect(network.open, 'sockets left open').to.equal(0)
    expect(network.clock.pending, 'timers left').to.equal(0)
  })

  /** A dialer whose host knows `stored`, and finds one of `found` each time it is needed. */
  function start (stored: string[], found: string[], { patience, ...init }: DialerInit & { patience?: number } = {}): Dialer {
    running = dialer({ clock: network.clock, ...init })(network.components({
      candidates: async function * (_peer: PeerId, { needed }: CandidatesOptions): AsyncGenerator<DialCandidate> {
        yield * stored.map(address => ({ address: multiaddr(address), source: 'peer-store' as const }))

        for (const address of found) {
          await needed(patience)
          neededAt.push(network.clock.now())
          yield { address: multiaddr(address), source: 'peer-routing' }
        }
      }
    }))

    return running
  }

  /** Ms until the dial had ended, and how. */
  async function dial (dialing: Dialer, ms: number, addresses: string[] = []): Promise<{ at: number, error?: DialError }> {
    const dialed = dialing.dialPeer(peer, addresses.length === 0 ? {} : { addresses: addresses.map(address => multiaddr(address)) })
    const ended = dialed.then(() => ({ at: network.clock.now() }), error => ({ at: network.clock.now(), error }))
    await network.clock.advanceAsync(ms)

    return ended
  }

  it('that starts by itself after a while adds to the running dial', async () => {
    network.listen(b, peer, 3)
    running = dialer({ clock: network.clock })(network.components({
      candidates: async function * (_peer: PeerId, { signal }: CandidatesOptions) {
        yield { address: multiaddr(a), source: 'peer-store' as const }
        await wait(network.clock, 2_000, signal)
        yield { address: multiaddr(b), source: 'peer-routing' as const }
      }
    }))

    expect(await dial(running, 3_000)).to.deep.equal({ at: 2_003 })
  })

  it('is needed when all others have failed', async () => {
    network.host(a, async ({ signal }) => {
      await wait(network.clock, 40, signal)
      throw new Error('not today')
    })
    network.listen(b, peer, 3)

    expect(await dial(start([a], [b]), 100)).to.deep.equal({ at: 43 })
    expect(neededAt).to.deep.equal([40])
  })

  it('is needed at once where nothing is known', async () => {
    network.listen(b, peer, 3)

    expect(await dial(start([], [b]), 100)).to.deep.equal({ at: 3 })
  })

  it('is needed when its patience is over', async () => {
    network.listen(b, peer, 3)

    expect(await dial(start([a], [b], { patience: 1_000 }), 2_000)).to.deep.equal({ at: 1_003 })
  })

  it('is not needed where an address works', async () => {
    network.listen(a, peer, 900)

    expect(await dial(start([a], [b], { patience: 1_000 }), 900)).to.deep.equal({ at: 900 })
    expect(neededAt).to.be.empty()
  })

  it('is not needed while another caller has an address that may work', async () => {
    network.refuse(a)
    network.listen(c, peer, 2_000)

    expect(await dial(start([a], [b]), 5_000, [c])).to.deep.equal({ at: 2_000 })
    expect(neededAt).to.be.empty()
  })

  it('is not needed before names are resolved', async () => {
    network.refuse(a)
    network.refuse(c)
    network.listen(b, peer, 3)
    const slow = { canResolve: (address: { toString(): string }) => address.toString().startsWith('/dnsaddr'), resolve: async () => { await wait(network.clock, 500, new AbortController().signal); return [multiaddr(c)] } }

    expect(await dial(start([a, '/dnsaddr/slow.example'], [b], { resolvers: { slow } }), 1_000)).to.deep.equal({ at: 503 })
    expect(neededAt).to.deep.equal([500])
  })

  it('is needed again when what it found has failed too, and the dial fails when it ends', async () => {
    [a, b, c].forEach(address => { network.refuse(address) })
    const { at, error } = await dial(start([a], [b, c]), 100)

    expect(at).to.equal(0)
    expect(neededAt).to.have.lengthOf(2)
    expect(error?.dialErrors).to.have.lengthOf(3)
    expect(error).to.have.nested.property('cause.code', 'ERR_ALL_DIALS_FAILED')
  })

  it('is told the highest priority of those who wait now', async () => {
    const seen: number[] = []
    network.listen(a, peer, 100)
    running = dialer({ clock: network.clock })(network.components({
      candidates: async function * (_peer: PeerId, { signal, priority }: CandidatesOptions) {
        seen.push(priority())
        yield { address: multiaddr(a), source: 'peer-store' as const }

        for (let i = 0; i < 2; i++) {
          await wait(network.clock, 10, signal)
          seen.push(priority())
        }
      }
    }))
    const leaving = new AbortController()
    const dials = [running.dialPeer(peer), running.dialPeer(peer, { priority: 75 }), running.dialPeer(peer, { priority: 80, signal: leaving.signal })]
    const ended = Promise.allSettled(dials)
    await network.clock.advanceAsync(15)
    leaving.abort()
    await network.clock.advanceAsync(100)
    await ended

    expect(seen).to.deep.equal([50, 80, 75])
  })

  it('that waits is let go when the caller gives up', async () => {
    const controller = new AbortController()
    const dialed = start([a], [b]).dialPeer(peer, { signal: controller.signal })
    await network.clock.advanceAsync(10)
    controller.abort()

    await expect(dialed).to.eventually.be.rejected.with.property('name', 'AbortError')
    expect(neededAt).to.be.empty()
  })
})
