import { ClosedError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { dialer, memoryAddressBook } from '../src/index.ts'
import { FakeNetwork, never, randomPeer, wait } from './support/network.ts'
import { publicAddresses } from './support/world.ts'
import type { Dialer, DialerInit, DialError, DialTraceEvent } from '../src/index.ts'
import type { Connection, MultiaddrResolver, PeerId } from '@libp2p/interface'
import type { DialerComponents } from '@libp2p-ws/core'
import type { Multiaddr } from '@multiformats/multiaddr'

const [a = '', b = '', c = ''] = publicAddresses(3)

describe('dialer', () => {
  let self: PeerId
  let peer: PeerId
  let other: PeerId
  let network: FakeNetwork
  let running: Dialer | undefined

  before(async () => {
    [self, peer, other] = await Promise.all([randomPeer(), randomPeer(), randomPeer()])
  })

  beforeEach(() => {
    network = new FakeNetwork(self)
  })

  afterEach(async () => {
    await running?.close()
    await network.clock.advanceAsync(0)
    expect(network.open, 'sockets left open').to.equal(0)
    expect(network.clock.pending, 'timers left').to.equal(0)
  })

  function start (components: Partial<DialerComponents> = {}, init: DialerInit = {}): Dialer {
    running = dialer({ clock: network.clock, ...init })(network.components(components))

    return running
  }

  function addresses (...list: string[]): Multiaddr[] {
    return list.map(address => multiaddr(address))
  }

  /** The error of a dial that fails within `ms`. */
  async function failure (dialed: Promise<Connection>, ms: number): Promise<DialError> {
    const error = dialed.then(() => { throw new Error('it has connected') }, err => err)
    await network.clock.advanceAsync(ms)

    return error
  }

  describe('a dial', () => {
    it('connects to the address that works, and closes the rest', async () => {
      network.listen(c, peer, 3)
      const dialed = start().dialPeer(peer, { addresses: addresses(a, b, c) })
      await network.clock.advanceAsync(253)

      expect(await dialed).to.equal(network.connections[0])
      expect(network.dials.map(({ at }) => at)).to.deep.equal([0, 250, 250])
      await network.clock.advanceAsync(0)
      expect(network.open).to.equal(0)
    })

    it('tells the transport whom to expect, and how to negotiate', async () => {
      network.listen(a, peer, 3)
      const dialed = start().dialPeer(peer, { addresses: addresses(a), initiator: false })
      await network.clock.advanceAsync(3)
      await dialed

      expect(network.dials[0]?.options).to.include({ peer, initiator: false })
    })

    it('fails with a cause for each address', async () => {
      network.refuse(a)
      network.refuse(b)
      const error = await failure(start().dialPeer(peer, { addresses: addresses(a, b) }), 0)

      expect(error).to.include({ name: 'DialError', peer: peer.toString() })
      expect(error.cause).to.have.property('code', 'ERR_ALL_DIALS_FAILED')
      expect(error.dialErrors.map(({ address, cause }) => [address.toString(), cause.message])).to.deep.equal([[a, 'refused'], [b, 'refused']])
      expect(error.trace).to.include({ peer: peer.toString(), outcome: 'failed' })
    })

    it('is over after 60 s', async () => {
      const error = await failure(start({ candidates: (_peer, { signal }) => stalled(signal) }).dialPeer(peer), 60_000)

      expect(error.cause).to.have.property('code', 'ERR_DIAL_TIMEOUT')
      expect(network.clock.now()).to.equal(60_000)
    })

    it('refuses another peer, and closes the connection', async () => {
      network.listen(a, other, 3)
      const error = await failure(start().dialPeer(peer, { addresses: addresses(a) }), 3)

      expect(error.dialErrors[0]?.cause).to.have.property('code', 'ERR_UNEXPECTED_PEER')
      expect(network.connections[0]).to.have.property('isAborted', true)
    })

    it('closes a connection that comes when nobody wants it any more', async () => {
      // a transport that does not heed its signal
      network.host(a, async () => {
        await new Promise<void>(resolve => { network.clock.setTimeout(resolve, 500) })

        return network.connect(peer)
      })
      network.listen(b, peer, 3)
      const dialed = start().dialPeer(peer, { addresses: addresses(a, b) })
      await network.clock.advanceAsync(253)
      expect(await dialed).to.equal(network.connections[0])
      await network.clock.advanceAsync(500)

      expect(network.connections.map(({ isAborted }) => isAborted)).to.deep.equal([false, true])
    })

    it('addresses that throw fail the call, and leave nothing behind', async () => {
      const dialing = start()
      const broken = (function * (): Generator<Multiaddr> {
        yield multiaddr(a)
        throw new Error('the list is broken')
      })()

      await expect(dialing.dialPeer(peer, { addresses: broken })).to.eventually.be.rejectedWith('the list is broken')
      expect(dialing.pending()).to.be.empty()
    })

    it('survives a transport that throws', async () => {
      network.host(a, () => { throw new Error('not even a promise') })
      // eslint-disable-next-line prefer-promise-reject-errors
      network.host(b, async () => Promise.reject('not even an error'))
      const error = await failure(start().dialPeer(peer, { addresses: addresses(a, b) }), 0)

      expect(error.dialErrors.map(({ cause }) => cause.message)).to.deep.equal(['not even a promise', 'not even an error'])
    })

    it('holds the next address while a handshake goes on', async () => {
      network.host(a, async ({ signal, onPhase }) => {
        await wait(network.clock, 200, signal)
        onPhase('connected')

        return never(signal)
      })
      const dialed = failure(start().dialPeer(peer, { addresses: addresses(a, b) }), 60_000)
      await dialed

      expect(network.dials.find(({ address }) => address === b)).to.have.property('at', 450)
    })
  })

  describe('callers', () => {
    it('share one dial', async () => {
      network.listen(a, peer, 3)
      const dialing = start()
      const dialed = Array.from({ length: 50 }, async () => dialing.dialPeer(peer, { addresses: addresses(a) }))
      await network.clock.advanceAsync(3)

      expect(new Set(await Promise.all(dialed)).size).to.equal(1)
      expect(network.dials).to.have.lengthOf(1)
    })

    it('leave by their own signals; the last closes the sockets', async () => {
      const dialing = start()
      const controllers = [new AbortController(), new AbortController()]
      const dialed = controllers.map(async ({ signal }) => dialing.dialPeer(peer, { addresses: addresses(a), signal }).catch(err => err))
      await network.clock.advanceAsync(10)
      controllers[0]?.abort(new Error('changed my mind'))
      await network.clock.advanceAsync(0)
      expect(await dialed[0]).to.have.property('message', 'changed my mind')
      expect(network.open).to.equal(1)

      controllers[1]?.abort()
      await network.clock.advanceAsync(0)
      expect(await dialed[1]).to.have.property('name', 'AbortError')
      expect(network.open).to.equal(0)
      expect(dialing.pending()).to.be.empty()
    })

    it('with a signal that was aborted before start nothing', async () => {
      const dialed = start().dialPeer(peer, { addresses: addresses(a), signal: AbortSignal.abort('no error') })

      await expect(dialed).to.eventually.be.rejected.with.property('name', 'AbortError')
      expect(network.dials).to.be.empty()
    })

    it('leave no listener on their signals', async () => {
      network.listen(a, peer, 3)
      const { signal } = new AbortController()
      const listeners = new Set<unknown>()
      const add = signal.addEventListener.bind(signal)
      const remove = signal.removeEventListener.bind(signal)
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners.add(args[1])
        add(...args)
      }
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners.delete(args[1])
        remove(...args)
      }
      const dialed = start().dialPeer(peer, { addresses: addresses(a), signal })
      await network.clock.advanceAsync(3)
      await dialed

      expect(listeners.size).to.equal(0)
    })
  })

  describe('before dialing', () => {
    it('the host itself is refused', async () => {
      await expect(start().dialPeer(self)).to.eventually.be.rejected.with.property('code', 'ERR_DIAL_TO_SELF')
    })

    it('an open connection is the answer', async () => {
      const open = network.connect(peer)
      const dialing = start({ connection: () => open })

      expect(await dialing.dialPeer(peer)).to.equal(open)
      expect(await dialing.dialPeer(peer, { noDial: true })).to.equal(open)
      expect(network.dials).to.be.empty()
    })

    it('but not with force, nor a relayed one where direct was wanted, nor a limited one where that was not', async () => {
      const open = network.connect(peer, { direct: false, limits: { seconds: 10 } })
      network.listen(a, peer, 3)
      const dialing = start({ connection: () => open })

      for (const options of [{ force: true }, { forceDirect: true }, { allowLimited: false }]) {
        const dialed = dialing.dialPeer(peer, { addresses: addresses(a), ...options })
        await network.clock.advanceAsync(3)
        expect(await dialed).not.to.equal(open)
      }

      expect(await dialing.dialPeer(peer)).to.equal(open)
    })

    it('noDial without a connection fails', async () => {
      await expect(start().dialPeer(peer, { noDial: true })).to.eventually.be.rejected.with.property('code', 'ERR_NO_CONNECTION')
    })

    it('the gater is asked about the peer', async () => {
      const dialed = start({ connectionGater: { denyDialPeer: async id => id.equals(peer) } }).dialPeer(peer, { addresses: addresses(a) })

      await expect(dialed).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_GATER_DISALLOWED_CONNECTION')
      expect(network.dials).to.be.empty()
    })

    it('the gater is asked about each address; one that cannot answer refuses', async () => {
      network.listen(c, peer, 3)
      const dialed = start({
        connectionGater: {
          denyDialMultiaddr: async address => {
            if (address.toString() === b) {
              throw new Error('the database is gone')
            }

            return address.toString() === a
          }
        }
      }).dialPeer(peer, { addresses: addresses(a, b, c) })
      await network.clock.advanceAsync(3)
      await dialed

      expect(network.dials.map(({ address }) => address)).to.deep.equal([c])
    })

    it('addresses that no transport takes, or that belong to somebody else, are skipped', async () => {
      const error = await failure(start().dialPeer(peer, {
        addresses: addresses('/ip4/8.8.8.8/udp/1/quic-v1', `${a}/p2p/${other}`, `/p2p/${peer}`)
      }), 0)

      expect(error.cause).to.have.property('code', 'ERR_NO_GOOD_ADDRESSES')
      expect(error.trace.records.map(({ address, skipped }) => [address, skipped])).to.deep.equal([['/ip4/8.8.8.8/udp/1/quic-v1', 'no transport'], [a, 'other peer']])
    })

    it('a host that cannot tell its own addresses dials all the same', async () => {
      network.listen(a, peer, 3)
      const dialed = start({ ownAddresses: () => { throw new Error('no network') } }).dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('our own addresses are skipped', async () => {
      const error = await failure(start({ ownAddresses: () => addresses(`${a}/p2p/${self}`) }).dialPeer(peer, { addresses: addresses(a) }), 0)

      expect(error.trace.records[0]).to.have.property('skipped', 'own address')
    })

    it('our own addresses are listed once for the dials of a second', async () => {
      let lists = 0
      let own = a
      const dialer = start({
        ownAddresses: () => {
          lists++
          return addresses(own)
        }
      })
      const skipped = async (ms: number): Promise<unknown> => (await failure(dialer.dialPeer(peer, { addresses: addresses(a) }), ms)).trace.records[0]?.skipped

      expect(await skipped(0)).to.equal('own address')
      expect(await skipped(999)).to.equal('own address')
      expect(lists).to.equal(1)

      own = b
      await network.clock.advanceAsync(1)
      expect(await skipped(60_000)).to.equal(undefined)
      expect(lists).to.equal(2)
    })

    it('the peer is taken off a direct address, and put on a relayed one', async () => {
      const relayed = `${b}/p2p/${other}/p2p-circuit`
      await failure(start().dialPeer(peer, { addresses: addresses(`${a}/p2p/${peer}`, relayed) }), 60_000)

      expect(network.dials.map(({ address }) => address)).to.deep.equal([a, `${relayed}/p2p/${peer}`])
    })

    it('a connection that has come in meanwhile is the answer after all', async () => {
      const open: Connection[] = []
      const dialed = start({ connection: () => open[0] }, { dialTimeout: 1_000 }).dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(500)
      open.push(network.connect(peer))
      await network.clock.advanceAsync(500)

      expect(await dialed).to.equal(open[0])
    })
  })

  describe('dialing addresses that name no peer', () => {
    it('connects to whoever answers', async () => {
      network.listen(b, other, 3)
      const dialed = start().dialAddresses(addresses(a, b))
      await network.clock.advanceAsync(253)

      expect((await dialed).remotePeer).to.equal(other)
      expect(network.dials[0]?.options).not.to.have.property('peer')
    })

    it('calls for the same addresses share one dial', async () => {
      network.listen(a, other, 3)
      const dialing = start()
      const dialed = [dialing.dialAddresses(addresses(a, b)), dialing.dialAddresses(addresses(b, a))]
      await network.clock.advanceAsync(3)
      const [first, second] = await Promise.all(dialed)

      expect(second).to.equal(first)
    })

    it('refuses addresses that name a peer', async () => {
      await expect(start().dialAddresses(addresses(a, `${b}/p2p/${peer}`))).to.eventually.be.rejected
        .with.property('message').that.include(`${b}/p2p/${peer}`)
    })

    it('fails where there are none', async () => {
      await expect(start().dialAddresses([])).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_NO_ADDRESSES')
    })
  })

  describe('addresses that come one by one', () => {
    it('are dialed as they come', async () => {
      network.listen(b, peer, 3)
      const dialed = start({
        candidates: async function * (_peer, { signal }) {
          yield { address: multiaddr(a), source: 'peer-store' }
          await wait(network.clock, 5_000, signal)
          yield { address: multiaddr(b), source: 'peer-routing' }
        }
      }).dialPeer(peer)
      await network.clock.advanceAsync(5_003)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('are ranked together where they come without a pause', async () => {
      const ip6 = '/ip6/2001::1/tcp/1/ws'
      const dialed = failure(start({
        candidates: async function * () {
          for (const address of [a, b, ip6]) {
            await Promise.resolve()
            yield { address: multiaddr(address), source: 'peer-store' }
          }
        }
      }).dialPeer(peer), 60_000)
      await dialed

      expect(network.dials.map(({ address, at }) => [address, at])).to.deep.equal([[ip6, 0], [a, 250], [b, 500]])
    })

    it('may come from the caller', async () => {
      network.listen(b, peer, 3)
      const dialed = start().dialPeer(peer, {
        addresses: (async function * () {
          yield multiaddr(a)
          await wait(network.clock, 100, new AbortController().signal)
          yield multiaddr(b)
        })()
      })
      await network.clock.advanceAsync(253)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('a source that breaks is no reason to fail while there are others', async () => {
      network.listen(a, peer, 3)
      const dialing = start({ candidates: () => { throw new Error('the peer store is broken') } })
      const dialed = dialing.dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
      const error = await failure(dialing.dialPeer(other), 0)
      expect(error.cause).to.have.nested.property('cause.message', 'the peer store is broken')
    })

    it('the source is told when the dial is over', async () => {
      let isOver = false
      network.listen(a, peer, 3)
      const dialed = start({
        candidates: async function * (_peer, { signal }) {
          try {
            yield { address: multiaddr(a), source: 'peer-store' }
            await never(signal)
          } finally {
            isOver = true
          }
        }
      }).dialPeer(peer)
      await network.clock.advanceAsync(3)
      await dialed
      await network.clock.advanceAsync(0)

      expect(isOver).to.be.true()
    })

    it('a source that does not heed its signal is closed', async () => {
      let isClosed = false
      network.listen(a, peer, 3)
      const dialed = start({
        candidates: () => ({
          [Symbol.asyncIterator]: () => ({
            next: async () => new Promise(() => {}),
            return: async () => {
              isClosed = true

              return { done: true, value: undefined }
            }
          })
        })
      }).dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)
      await dialed

      expect(isClosed).to.be.true()
    })

    it('only the addresses given, where the caller says so', async () => {
      const error = await failure(start({
        candidates: async function * () {
          yield { address: multiaddr(b), source: 'peer-store' }
        }
      }).dialPeer(peer, { addresses: addresses(a), onlyAddresses: true }), 60_000)

      expect(error.trace.records.map(({ address }) => address)).to.deep.equal([a])
    })
  })

  describe('names', () => {
    /** `/dnsaddr/NAME` becomes `names[NAME]`, after `delay` ms; forever where there is nothing. */
    function resolver (names: Record<string, string[]>, delay = 0): MultiaddrResolver {
      return {
        canResolve: address => address.getComponents()[0]?.name === 'dnsaddr',
        resolve: async (address, { signal }) => {
          const known = names[address.getComponents()[0]?.value ?? '']
          await wait(network.clock, known === undefined ? 1e9 : delay, signal ?? new AbortController().signal)

          return (known ?? []).map(found => multiaddr(found))
        }
      }
    }

    it('that take 5 s to resolve cost nothing where a good address is known', async () => {
      network.listen(a, peer, 3)
      const dialed = start({}, { resolvers: { dnsaddr: resolver({ 'slow.example': [b] }, 5_000) } })
        .dialPeer(peer, { addresses: addresses('/dnsaddr/slow.example', a) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('are resolved while other addresses are dialed', async () => {
      network.listen(b, peer, 3)
      const dialed = start({}, { resolvers: { dnsaddr: resolver({ 'slow.example': [`${b}/p2p/${peer}`, `${c}/p2p/${other}`] }, 2_000) } })
        .dialPeer(peer, { addresses: addresses('/dnsaddr/slow.example', a) })
      await network.clock.advanceAsync(2_003)

      expect(await dialed).to.equal(network.connections[0])
      expect(network.dials.map(({ address, at }) => [address, at])).to.deep.equal([[a, 0], [b, 2_000]])
    })

    it('may lead to names, 4 deep', async () => {
      const chain = (length: number): Record<string, string[]> => Object.fromEntries(Array.from({ length }, (_, i) => {
        return [`${i}.example`, [i === length - 1 ? a : `/dnsaddr/${i + 1}.example`]]
      }))
      network.listen(a, peer, 3)
      const short = start({}, { resolvers: { dnsaddr: resolver(chain(4)) } }).dialPeer(peer, { addresses: addresses('/dnsaddr/0.example') })
      await network.clock.advanceAsync(3)
      await short

      const error = await failure(start({}, { resolvers: { dnsaddr: resolver(chain(5)) } }).dialPeer(peer, { addresses: addresses('/dnsaddr/0.example') }), 0)
      expect(error.trace.records).to.have.lengthOf(1)
      expect(error.trace.records[0]).to.include({ address: '/dnsaddr/4.example', skipped: 'not resolved' })
    })

    it('that lead to each other end', async () => {
      const error = await failure(start({}, { resolvers: { dnsaddr: resolver({ 'a.example': ['/dnsaddr/b.example', '/dnsaddr/b.example'], 'b.example': ['/dnsaddr/a.example'] }) } })
        .dialPeer(peer, { addresses: addresses('/dnsaddr/a.example') }), 0)

      expect(error.cause).to.have.property('code', 'ERR_NO_GOOD_ADDRESSES')
    })

    it('that lead to more than 100 addresses are cut', async () => {
      const asked: string[] = []
      const canDial = (address: Multiaddr): boolean => {
        asked.push(address.toString())

        return false
      }
      const error = await failure(start({ canDial }, { resolvers: { dnsaddr: resolver({ 'many.example': publicAddresses(1_000) }) } })
        .dialPeer(peer, { addresses: addresses('/dnsaddr/many.example') }), 0)

      expect(error.trace.records).to.have.lengthOf(100)
      expect(asked).to.have.lengthOf(100)
    })

    it('that cannot be resolved are named', async () => {
      const error = await failure(start({}, { resolvers: { dnsaddr: { canResolve: () => true, resolve: async () => { throw new Error('NXDOMAIN') } } } })
        .dialPeer(peer, { addresses: addresses('/dnsaddr/gone.example') }), 0)

      expect(error.message).to.include('/dnsaddr/gone.example').and.to.include('could not be resolved')
    })

    it('without a resolver are left to the transport, which has to take them', async () => {
      const name = '/dns4/example.com/tcp/443/wss'
      network.listen(name, peer, 3)
      const dialed = start().dialPeer(peer, { addresses: addresses(name) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
    })
  })

  describe('what was learned', () => {
    it('the address that worked goes first the next time', async () => {
      const ip6 = '/ip6/2001::1/tcp/1/ws'
      network.listen(a, peer, 3)
      const dialing = start()

      for (const expected of [253, 3]) {
        const from = network.clock.now()
        const dialed = dialing.dialPeer(peer, { addresses: addresses(ip6, a) })
        await network.clock.advanceAsync(expected)
        await dialed
        expect(network.clock.now() - from).to.equal(expected)
      }
    })

    it('an address book may take its time, and may break', async () => {
      network.listen(a, peer, 3)
      const dialing = start({}, {
        addressBook: {
          load: async () => { throw new Error('broken') },
          record: async () => { throw new Error('broken') }
        }
      })
      const dialed = dialing.dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('memory is bounded', async () => {
      const book = memoryAddressBook({ maxPeers: 2, maxAddresses: 1 })
      const outcomes = [{ address: a, lastSuccess: 1 }, { address: b, lastSuccess: 2 }]
      void book.record(self, outcomes)
      void book.record(peer, outcomes)
      void book.record(self, [])
      void book.record(other, outcomes)

      expect(await Promise.all([self, peer, other].map(async id => book.load(id)))).to.deep.equal([[outcomes[1]], [], [outcomes[1]]])
    })

    it('a peer that has just failed is not dialed again; after a change of network it is', async () => {
      network.host(a, async () => { throw Object.assign(new Error('no route'), { code: 'ENETUNREACH' }) })
      const dialing = start()
      await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)
      const error = await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)
      expect(error.cause).to.have.property('code', 'ERR_DIAL_BACKOFF')
      expect(network.dials).to.have.lengthOf(1)

      dialing.resetNetworkState()
      await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)
      expect(network.dials).to.have.lengthOf(2)
    })

    it('a browser says when it is online again, until the dialer is closed', async () => {
      const browser = new EventTarget()
      Object.assign(globalThis, { addEventListener: browser.addEventListener.bind(browser), removeEventListener: browser.removeEventListener.bind(browser) })

      try {
        network.host(a, async () => { throw Object.assign(new Error('no route'), { code: 'ENETUNREACH' }) })
        const dialing = start()
        await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)
        browser.dispatchEvent(new Event('online'))
        await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)
        expect(network.dials).to.have.lengthOf(2)
      } finally {
        Reflect.deleteProperty(globalThis, 'addEventListener')
        Reflect.deleteProperty(globalThis, 'removeEventListener')
      }
    })
  })

  describe('traces', () => {
    it('come as events', async () => {
      const events: DialTraceEvent[] = []
      network.listen(a, peer, 3)
      const dialed = start({}, { onTrace: event => { events.push(event) } }).dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)
      await dialed

      expect(events.map(event => event.type === 'record' ? event.record.phase : event.type)).to.deep.equal(['waiting', 'connecting', 'succeeded', 'ended'])
      expect(events.every(event => event.peer === peer.toString() && event.dial === events[0]?.dial)).to.be.true()
    })

    it('come as progress events to the callers', async () => {
      const types: string[] = []
      network.listen(a, peer, 3)
      const dialed = start().dialPeer(peer, { addresses: addresses(a), onProgress: ({ type }) => { types.push(type) } })
      await network.clock.advanceAsync(3)
      await dialed

      expect(types).to.deep.equal(['dialer:record', 'dialer:record', 'dialer:record'])
    })

    it('a listener that throws breaks nothing', async () => {
      network.listen(a, peer, 3)
      const dialed = start({}, { onTrace: () => { throw new Error('no') } }).dialPeer(peer, { addresses: addresses(a) })
      await network.clock.advanceAsync(3)

      expect(await dialed).to.equal(network.connections[0])
    })

    it('of dials under way can be had', async () => {
      const dialing = start()
      const dialed = dialing.dialPeer(peer, { addresses: addresses(a, b) }).catch(err => err)
      await network.clock.advanceAsync(100)
      const [trace] = dialing.pending()

      expect(trace).to.include({ peer: peer.toString() }).and.not.to.have.property('ended')
      expect(trace?.records).to.deep.equal([
        { address: a, source: 'caller', known: 0, rank: 0, delay: 0, phase: 'connecting', started: 0, phases: [{ phase: 'waiting', at: 0 }, { phase: 'connecting', at: 0 }] },
        { address: b, source: 'caller', known: 0, rank: 1, delay: 250, phase: 'waiting', phases: [{ phase: 'waiting', at: 0 }] }
      ])
      await dialing.close()
      await dialed
    })
  })

  describe('backoff', () => {
    it('says how long an address is left alone, until a caller forgives it', async () => {
      network.refuse(a)
      const dialing = start()
      const address = multiaddr(a)
      await failure(dialing.dialPeer(peer, { addresses: [address] }), 0)
      await network.clock.advanceAsync(1_000)

      expect(dialing.backoff.wait(peer, address)).to.equal(4_000)
      expect(dialing.backoff.wait(peer, address.encapsulate(`/p2p/${peer}`))).to.equal(4_000)
      expect(dialing.backoff.wait(other, address)).to.equal(0)
      dialing.backoff.clear(peer)
      expect(dialing.backoff.wait(peer, address)).to.equal(0)
    })

    it('keeps from an address that a caller holds something against', async () => {
      network.listen(a, peer, 3)
      const dialing = start()
      dialing.backoff.add(peer, multiaddr(a))
      const error = await failure(dialing.dialPeer(peer, { addresses: addresses(a) }), 0)

      expect(error.cause).to.include({ code: 'ERR_DIAL_BACKOFF', wait: 5_000 })
    })
  })

  describe('close', () => {
    it('turns callers away, and leaves no socket and no timer', async () => {
      const dialing = start()
      const dialed = [peer, other].map(async id => dialing.dialPeer(id, { addresses: addresses(a, b) }).catch(err => err))
      await network.clock.advanceAsync(100)
      await dialing.close()

      expect(await Promise.all(dialed)).to.satisfy((errors: unknown[]) => errors.every(error => error instanceof ClosedError))
      expect(network.open).to.equal(0)
      await expect(dialing.dialPeer(peer)).to.eventually.be.rejected.with.property('code', 'ERR_CLOSED')
    })

    it('does not wait for ever for a transport that does not heed its signal', async () => {
      network.host(a, async () => new Promise(() => {}))
      const dialing = start()
      const dialed = dialing.dialPeer(peer, { addresses: addresses(a) }).catch(err => err)
      await network.clock.advanceAsync(0)
      const closed = dialing.close()
      await network.clock.advanceAsync(1_000)
      await closed
      await dialed
      running = undefined
      network.open = 0
    })
  })

  it('a time that no timer can hold is waited for in parts', async () => {
    const dialing = start({ candidates: (_peer, { signal }) => stalled(signal) }, { dialPeerTimeout: 2 ** 32 })
    const error = await failure(dialing.dialPeer(peer), 2 ** 32)

    expect(error.cause).to.have.property('code', 'ERR_DIAL_TIMEOUT')
  })

  it('options that make no sense are refused', () => {
    for (const init of [{ fdLimit: 0 }, { perPeerLimit: -1 }, { maxAddresses: NaN }, { dialAttempts: Infinity }, { dialTimeout: 0 }, { silence: NaN }]) {
      expect(() => dialer(init)).to.throw(Object.keys(init)[0]).with.property('code', 'ERR_INVALID_VALUE')
    }
  })
})

// eslint-disable-next-line require-yield
async function * stalled (signal: AbortSignal): AsyncGenerator<never> {
  await never(signal)
}
