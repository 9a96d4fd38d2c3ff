/** What holds for the whole dialer, with promises and signals: random hosts, sources, resolvers, gaters and callers, in virtual time. */
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import * as fc from 'fast-check'
import { dialer } from '../src/index.ts'
import { FakeNetwork, randomPeer, wait } from './support/network.ts'
import { publicAddresses } from './support/world.ts'
import type { Host } from './support/network.ts'
import type { Dialer } from '../src/index.ts'
import type { Connection, PeerId } from '@libp2p/interface'
import type { CandidatesOptions, DialCandidate } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

const ADDRESSES = publicAddresses(12)
const FD_LIMIT = 3
const PER_PEER_LIMIT = 2

/** Past every deadline. */
const END = 100_000

const ms = fc.integer({ min: 0, max: 8_000 })
const place = fc.nat({ max: ADDRESSES.length - 1 })

/** What a host does with a dial. `deaf` heeds no signal, and connects when nobody wants it any more. */
const host = fc.record({ kind: fc.constantFrom('dead', 'refuses', 'works', 'deaf', 'other peer'), after: ms })

/** What is known of an address: as it is, or by a name that takes time to resolve. */
const known = fc.record({ place, isName: fc.boolean() })

const scenario = fc.record({
  hosts: fc.array(host, { minLength: ADDRESSES.length, maxLength: ADDRESSES.length }),
  stored: fc.array(known, { maxLength: 4 }),
  routed: fc.array(known, { maxLength: 4 }),
  patience: fc.option(ms),
  storeBreaks: fc.boolean(),
  resolver: fc.record({ after: fc.integer({ min: 0, max: 90_000 }), fails: fc.boolean() }),
  gater: fc.option(fc.record({ after: ms, denies: place })),
  calls: fc.array(fc.record({ at: ms, peer: fc.nat({ max: 1 }), addresses: fc.array(known, { maxLength: 3 }), abortAfter: fc.option(ms) }), { minLength: 1, maxLength: 5 })
})

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never

interface Outcome {
  connection?: Connection
  error?: { name: string }
}

describe('properties of the dialer', () => {
  let self: PeerId
  let peers: PeerId[]

  before(async () => {
    [self, ...peers] = await Promise.all([randomPeer(), randomPeer(), randomPeer()]) as [PeerId, PeerId, PeerId]
  })

  it('every call is settled; then no socket, timer, listener or connection is left that nobody has', async () => {
    await fc.assert(fc.asyncProperty(scenario, async setup => {
      const network = new FakeNetwork(self)
      const most = watchSockets(network)
      setup.hosts.forEach((behaviour, i) => { network.host(ADDRESSES[i] ?? '', toHost(network, behaviour, peers)) })
      const dialing = start(network, setup)
      const outcomes = callAll(dialing, network, peers, setup)
      await network.clock.advanceAsync(END)
      const given = new Set(outcomes.map(({ connection }) => connection))

      expect(outcomes).to.have.lengthOf(setup.calls.length)
      expect(outcomes.every(({ connection, error }) => connection !== undefined || ['DialError', 'AbortError'].includes(error?.name ?? ''))).to.be.true()
      expect(network.connections.filter(connection => connection.isAborted === given.has(connection))).to.be.empty()
      expect(most()).to.be.at.most(FD_LIMIT)
      expect(dialing.pending()).to.be.empty()
      expect(network.open, 'sockets').to.equal(0)

      await dialing.close()
      expect(network.clock.pending, 'timers').to.equal(0)
    }), { numRuns: 150 })
  })
})

function start (network: FakeNetwork, { stored, routed, patience, storeBreaks, resolver, gater }: Scenario): Dialer {
  return dialer({
    clock: network.clock,
    fdLimit: FD_LIMIT,
    perPeerLimit: PER_PEER_LIMIT,
    resolvers: {
      names: {
        canResolve: address => address.toString().startsWith('/dnsaddr'),
        resolve: async (address, { signal }) => {
          await wait(network.clock, resolver.after, signal ?? new AbortController().signal)

          if (resolver.fails) {
            throw new Error('no answer')
          }

          return [multiaddr(ADDRESSES[Number(/\d+/.exec(address.toString()))] ?? '')]
        }
      }
    }
  })(network.components({
    candidates: async function * (_peer: PeerId, { signal, needed }: CandidatesOptions): AsyncGenerator<DialCandidate> {
      yield * stored.map(address => ({ address: toMultiaddr(address), source: 'peer-store' as const }))

      if (storeBreaks) {
        throw new Error('the store is broken')
      }

      await needed(patience ?? undefined)
      await wait(network.clock, patience ?? 0, signal)
      yield * routed.map(address => ({ address: toMultiaddr(address), source: 'peer-routing' as const }))
    },
    ...(gater === null
      ? {}
      : {
          connectionGater: {
            denyDialMultiaddr: async (address: Multiaddr) => {
              await wait(network.clock, gater.after, new AbortController().signal)

              return address.toString() === ADDRESSES[gater.denies]
            }
          }
        })
  }))
}

function toHost (network: FakeNetwork, { kind, after }: Scenario['hosts'][number], [peer, other]: PeerId[]): Host {
  return async ({ signal, peer: wanted }) => {
    await wait(network.clock, kind === 'dead' ? END : after, kind === 'deaf' ? new AbortController().signal : signal)

    if (kind === 'refuses' || wanted === undefined) {
      throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    }

    const stranger = wanted.equals(peer) ? other : peer

    return network.connect(kind === 'other peer' && stranger !== undefined ? stranger : wanted)
  }
}

/** Makes every call at its time. The outcomes are there when the calls are settled. */
function callAll (dialing: Dialer, network: FakeNetwork, peers: PeerId[], { calls }: Scenario): Outcome[] {
  const outcomes: Outcome[] = []

  for (const call of calls) {
    network.clock.setTimeout(() => {
      void settle(dialing, network, peers[call.peer] as PeerId, call).then(outcome => { outcomes.push(outcome) })
    }, call.at)
  }

  return outcomes
}

async function settle (dialing: Dialer, network: FakeNetwork, peer: PeerId, { addresses, abortAfter }: Scenario['calls'][number]): Promise<Outcome> {
  const controller = new AbortController()
  const timer = abortAfter === null ? undefined : network.clock.setTimeout(() => { controller.abort() }, abortAfter)

  try {
    return { connection: await dialing.dialPeer(peer, { addresses: addresses.map(toMultiaddr), signal: controller.signal }) }
  } catch (err) {
    return { error: err as Error }
  } finally {
    timer?.cancel()
  }
}

/** The most sockets that were wanted at one time. */
function watchSockets (network: FakeNetwork): () => number {
  const wanted = new Set<AbortSignal>()
  const dial = network.dial.bind(network)
  let most = 0
  network.dial = async (address, options) => {
    wanted.add(options.signal)
    options.signal.addEventListener('abort', () => { wanted.delete(options.signal) }, { once: true })
    most = Math.max(most, wanted.size)

    try {
      return await dial(address, options)
    } finally {
      wanted.delete(options.signal)
    }
  }

  return () => most
}

function toMultiaddr ({ place, isName }: { place: number, isName: boolean }): Multiaddr {
  return multiaddr(isName ? `/dnsaddr/host-${place}.example` : ADDRESSES[place] ?? '')
}
