import { generateKeyPair } from '@libp2p/crypto/keys'
import { KEEP_ALIVE, peerRoutingSymbol } from '@libp2p/interface'
import { memory } from '@libp2p/memory'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { MemoryDatastore } from 'datastore-core'
import { createLibp2p as createNode } from '../src/index.ts'
import { eventually } from './fixtures/eventually.ts'
import { OURS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import { randomPeer } from './fixtures/peers.ts'
import { hangingTransport } from './fixtures/transports.ts'
import type { Libp2pOptions } from '../src/index.ts'
import type { Libp2p, PeerId, Transport } from '@libp2p/interface'

const { createLibp2p } = OURS

describe('dialing with our dialer', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  async function listener (): Promise<{ node: Libp2p, address: string }> {
    const address = memoryAddress()

    return { node: await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } }), address }
  }

  /** A node for which addresses with `hangs` in them never answer. */
  async function dialerWithDeadAddresses (options: Libp2pOptions = {}): Promise<Libp2p> {
    const hanging: Transport = hangingTransport()

    return nodes.inMemory(createLibp2p, {
      transports: [
        () => ({ ...hanging, [Symbol.toStringTag]: 'hanging', dialFilter: addresses => addresses.filter(address => address.toString().includes('hangs')) }),
        memory()
      ],
      ...options
    })
  }

  it('finds the address that works behind two that never answer', async () => {
    const { address, node } = await listener()
    const dialer = await dialerWithDeadAddresses({ connectionManager: { addressDialTimeout: 50_000, dialTimeout: 50_000 } })
    const dead = [1, 2].map(i => multiaddr(`/memory/hangs-${i}/p2p/${node.peerId}`))

    const connection = await dialer.dial([...dead, multiaddr(`${address}/p2p/${node.peerId}`)])

    expect(connection.remotePeer.equals(node.peerId)).to.be.true()
  })

  it('does not wait for a name that is slow to resolve', async () => {
    const { address, node } = await listener()
    const dialer = await nodes.inMemory(createLibp2p, {
      connectionManager: {
        resolvers: {
          slow: { canResolve: ma => ma.toString().startsWith('/dnsaddr/'), resolve: async () => new Promise<never>(() => {}) }
        }
      }
    })

    await dialer.dial([multiaddr(`/dnsaddr/slow.example/p2p/${node.peerId}`), multiaddr(`${address}/p2p/${node.peerId}`)])
  })

  it('adds the addresses of a second caller to the dial of the first', async () => {
    const { address, node } = await listener()
    const dialer = await dialerWithDeadAddresses()
    const first = dialer.dial(multiaddr(`/memory/hangs/p2p/${node.peerId}`))
    const second = dialer.dial(multiaddr(`${address}/p2p/${node.peerId}`))

    expect(await first).to.equal(await second)
  })

  describe('to a peer that has moved', () => {
    /** A node that knows an address of `listener` that never answers, and has peer routing that knows the right one. */
    async function dialerWithRouting (peer: PeerId, address: string, stored: string): Promise<{ dialer: Libp2p, searches(): number }> {
      let searches = 0
      const routing = {
        [peerRoutingSymbol]: {
          findPeer: async () => {
            searches++

            return { id: peer, multiaddrs: [multiaddr(address)] }
          }
        }
      }
      const dialer = await dialerWithDeadAddresses({ services: { routing: () => routing } })
      await dialer.peerStore.merge(peer, { multiaddrs: [multiaddr(stored)] })

      return { dialer, searches: () => searches }
    }

    it('asks peer routing when the known addresses have failed', async () => {
      const { address, node } = await listener()
      const { dialer, searches } = await dialerWithRouting(node.peerId, address, '/memory/nobody')

      expect((await dialer.dial(node.peerId)).remoteAddr.toString()).to.contain(address)
      expect(searches()).to.equal(1)
    })

    it('asks peer routing when the known addresses are silent', async () => {
      const { address, node } = await listener()
      const { dialer } = await dialerWithRouting(node.peerId, address, '/memory/hangs')

      expect((await dialer.dial(node.peerId)).remoteAddr.toString()).to.contain(address)
    })

    it('does not ask when a known address works', async () => {
      const { address, node } = await listener()
      const { dialer, searches } = await dialerWithRouting(node.peerId, '/memory/nobody', address)

      await dialer.dial(node.peerId)
      expect(searches()).to.equal(0)
    })

    it('does not ask for a service, which may be peer routing itself', async () => {
      const { address, node } = await listener()
      const { dialer, searches } = await dialerWithRouting(node.peerId, address, '/memory/nobody')
      const { connectionManager } = (dialer as any).components

      await expect(connectionManager.openConnection(node.peerId)).to.eventually.be.rejected()
      expect(searches()).to.equal(0)
    })
  })

  it('keeps in the peer store which address worked, and tries it first after a restart', async () => {
    const { address, node } = await listener()
    const datastore = new MemoryDatastore()
    const dead = multiaddr('/memory/a-hangs')
    const first = await dialerWithDeadAddresses({ datastore })
    await first.peerStore.merge(node.peerId, { multiaddrs: [dead, multiaddr(address)] })
    await first.dial(node.peerId)
    await eventually(async () => (await first.peerStore.get(node.peerId)).metadata.has('libp2p-ws:address-outcomes'))
    await first.stop()

    const started: string[] = []
    const second = await dialerWithDeadAddresses({ datastore })
    await second.dial(node.peerId, {
      onProgress: ({ type, detail }: any) => {
        if (type === 'dialer:record' && detail.record.phase === 'succeeded') {
          started.push(`${detail.record.address} rank ${detail.record.rank}`)
        }
      }
    })

    expect(started).to.deep.equal([`${address} rank 0`])
  })

  it('says of each address why it did not work', async () => {
    const { node } = await listener()
    const dialer = await nodes.inMemory(createLibp2p)
    const addresses = ['/memory/nobody-1', '/memory/nobody-2', '/ip4/127.0.0.1/udp/1'].map(address => multiaddr(`${address}/p2p/${node.peerId}`))

    const error: any = await dialer.dial(addresses).catch(err => err)

    expect(error.name).to.equal('DialError')
    expect(error.dialErrors.map((failure: any) => `${failure.address} ${failure.cause.name}`)).to.deep.equal([
      '/memory/nobody-1 ConnectionFailedError',
      '/memory/nobody-2 ConnectionFailedError',
      '/ip4/127.0.0.1/udp/1 NoTransportError'
    ])
  })

  it('says in a timeout how far each address came', async () => {
    const peer = await randomPeer()
    const dialer = await dialerWithDeadAddresses({ connectionManager: { dialTimeout: 20 } })

    await expect(dialer.dial(multiaddr(`/memory/hangs/p2p/${peer}`))).to.eventually.be.rejectedWith('[/memory/hangs] connecting')
  })

  it('tries no more addresses than maxPeerAddrsToDial', async () => {
    const { address, node } = await listener()
    const dialer = await nodes.inMemory(createLibp2p, { connectionManager: { maxPeerAddrsToDial: 2 } })
    const dial = async (...targets: string[]): Promise<unknown> => dialer.dial(targets.map(target => multiaddr(`${target}/p2p/${node.peerId}`)))

    await expect(dial('/memory/nobody-1', '/memory/nobody-2', address)).to.eventually.be.rejected()
    await dial('/ip4/127.0.0.1/udp/1', '/memory/nobody-1', address)
  })

  it('follows the addressSorter', async () => {
    const { node } = await listener()
    const dialed: string[] = []
    const spy: Transport = {
      ...hangingTransport(),
      [Symbol.toStringTag]: 'spy',
      dial: async address => {
        dialed.push(address.toString())
        throw new Error('refused')
      }
    }
    const dialer = await nodes.inMemory(createLibp2p, {
      transports: [() => spy],
      connectionManager: { addressSorter: (a, b) => a.multiaddr.toString() < b.multiaddr.toString() ? 1 : -1 }
    })

    await expect(dialer.dial(['/memory/b', '/memory/c', '/memory/a'].map(address => multiaddr(`${address}/p2p/${node.peerId}`)))).to.eventually.be.rejected()

    expect(dialed.map(address => address.slice(0, 9))).to.deep.equal(['/memory/c', '/memory/b', '/memory/a'])
  })

  it('takes a peer that a name turns out to name', async () => {
    const { address, node } = await listener()
    const other = await randomPeer()
    const dialer = await nodes.inMemory(createLibp2p, {
      connectionManager: {
        resolvers: {
          several: {
            canResolve: ma => ma.toString().startsWith('/dnsaddr/'),
            resolve: async () => [multiaddr(`/memory/nobody/p2p/${other}`), multiaddr(`${address}/p2p/${node.peerId}`)]
          }
        }
      }
    })

    expect((await dialer.dial(multiaddr('/dnsaddr/a.example'))).remotePeer.equals(node.peerId)).to.be.true()
  })

  it('dials any number of peers at one time, on 160 sockets', async () => {
    const sockets = new Map<string, number>()
    const counted: Transport = hangingTransport()
    const hang = counted.dial.bind(counted)
    counted.dial = async (address, options) => {
      const peer = address.toString().split('/p2p/').at(-1) ?? ''
      sockets.set(peer, (sockets.get(peer) ?? 0) + 1)

      return hang(address, options)
    }
    const dialer = await nodes.inMemory(createLibp2p, { transports: [() => counted] })
    const peers = await Promise.all(Array.from({ length: 200 }, randomPeer))
    const dials = Promise.allSettled(peers.map(async peer => dialer.dial([1, 2, 3, 4].map(i => multiaddr(`/ip4/81.1.2.${i}/tcp/4001/p2p/${peer}`)))))

    await eventually(() => sockets.size === 160)
    expect(dialer.getDialQueue().map(({ status }) => status)).to.deep.equal(peers.map(() => 'active'))
    expect([...sockets.values()].reduce((sum, count) => sum + count, 0)).to.equal(160)
    await dialer.stop()
    await dials
  })

  it('dials no more peers at one time than maxParallelDials', async () => {
    const dialer = await nodes.inMemory(createLibp2p, { transports: [hangingTransport], connectionManager: { maxParallelDials: 2 } })
    const peers = await Promise.all(Array.from({ length: 4 }, randomPeer))
    const dials = Promise.allSettled(peers.map(async peer => dialer.dial(multiaddr(`/ip4/81.1.2.3/tcp/4001/p2p/${peer}`))))

    await eventually(() => dialer.getDialQueue().length === 4)
    expect(dialer.getDialQueue().map(({ status }) => status)).to.deep.equal(['active', 'active', 'queued', 'queued'])
    await dialer.stop()
    await dials
  })

  it('dials again at once after a dial that failed', async () => {
    const address = memoryAddress()
    const dialer = await nodes.inMemory(createLibp2p)
    await expect(dialer.dial(multiaddr(address))).to.eventually.be.rejected()

    await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })

    await dialer.dial(multiaddr(address))
  })

  it('gives options to the dialer that js-libp2p has no name for', async () => {
    const phases: string[] = []
    const dialer = await nodes.inMemory(createLibp2p, {
      transports: [hangingTransport],
      connectionManager: {
        dialer: {
          perPeerLimit: 2,
          onTrace: event => { event.type === 'record' && phases.push(event.record.phase) }
        }
      }
    })
    const peer = await randomPeer()
    const dial = dialer.dial(Array.from({ length: 4 }, (_, i) => multiaddr(`/ip4/192.168.1.${i}/tcp/1/p2p/${peer}`))).catch(() => {})

    // private addresses follow each other at 30 ms
    await eventually(() => phases.filter(phase => phase === 'queued').length === 2)
    expect(phases.filter(phase => phase === 'connecting')).to.have.lengthOf(2)
    await dialer.stop()
    await dial
  })

  it('dials what failed for want of a network, once that is another one', async () => {
    let dials = 0
    const unreachable: Transport = {
      ...hangingTransport(),
      dial: async () => {
        dials++
        throw Object.assign(new Error('no network'), { code: 'ENETUNREACH' })
      }
    }
    const peer = await randomPeer()
    const dialer = await createNode({ transports: [() => unreachable], connectionManager: { dialBackoff: true } })
    const dial = async (): Promise<unknown> => dialer.dial(multiaddr(`/ip4/81.1.2.3/tcp/4001/p2p/${peer}`)).catch(err => err)

    try {
      await dial()
      await dial()
      expect(dials).to.equal(1)

      dialer.resetNetworkState()
      await dial()
      expect(dials).to.equal(2)
    } finally {
      await dialer.stop()
    }
  })

  describe('with dialBackoff', () => {
    /** Counts how often an address is dialed, and refuses. */
    function refusingTransport (): { transport: Transport, dials(): number } {
      let count = 0

      return {
        transport: {
          ...hangingTransport(),
          [Symbol.toStringTag]: 'refusing',
          dial: async () => {
            count++
            throw new Error('refused')
          }
        },
        dials: () => count
      }
    }

    let peer: PeerId

    before(async () => { peer = await randomPeer() })

    it('opens no socket to a peer that just failed, and says how long to wait', async () => {
      const { dials, transport } = refusingTransport()
      const target = [1, 2].map(i => multiaddr(`/ip4/81.1.2.${i}/tcp/4001/p2p/${peer}`))
      const dialer = await nodes.inMemory(createLibp2p, { transports: [() => transport], connectionManager: { dialBackoff: true } })
      await expect(dialer.dial(target)).to.eventually.be.rejected()
      expect(dials()).to.equal(2)

      const error: any = await dialer.dial(target).catch(err => err)

      expect(dials()).to.equal(2)
      expect(error.name).to.equal('DialError')
      expect(error.cause.name).to.equal('DialBackoffError')
      expect(error.cause.wait).to.be.within(1, 5_000)
      expect(error.dialErrors.map(({ cause }: any) => cause.name)).to.deep.equal(['DialBackoffError', 'DialBackoffError'])
    })

    it('dials all the same when the caller insists, and when the wait is over', async () => {
      const { dials, transport } = refusingTransport()
      const target = multiaddr(`/ip4/81.1.2.1/tcp/4001/p2p/${peer}`)
      const dialer = await nodes.inMemory(createLibp2p, { transports: [() => transport], connectionManager: { dialBackoff: true } })
      await expect(dialer.dial(target)).to.eventually.be.rejected()
      await expect(dialer.dial(target, { force: true })).to.eventually.be.rejectedWith('refused')
      expect(dials()).to.equal(2)

      const impatient = await nodes.inMemory(createLibp2p, { transports: [() => transport], connectionManager: { dialBackoff: { base: 1, coef: 0 } } })
      await expect(impatient.dial(target)).to.eventually.be.rejected()
      await eventually(async () => (await impatient.dial(target).catch(err => err)).message === 'refused')
    })

    it('does not keep the node from getting back to a keep-alive peer', async () => {
      let failures = 0
      const address = memoryAddress()
      const privateKey = await generateKeyPair('Ed25519')
      const listen = async (): Promise<Libp2p> => nodes.inMemory(createLibp2p, { privateKey, addresses: { listen: [address] } })
      const kept = await listen()
      const dialer = await nodes.inMemory(createLibp2p, {
        transports: [components => countFailures(memory()(components as any), () => { failures++ })],
        connectionManager: { dialBackoff: true, reconnectRetries: 100, reconnectRetryInterval: 10, reconnectBackoffFactor: 1 }
      })
      await dialer.dial(kept.getMultiaddrs())
      await dialer.peerStore.merge(kept.peerId, { tags: { [KEEP_ALIVE]: {} } })

      await kept.stop()
      await eventually(() => failures > 1)
      await listen()

      await eventually(() => dialer.getConnections(kept.peerId).length === 1)
    })
  })
})

function countFailures (transport: Transport, onFailure: () => void): Transport {
  const dial = transport.dial.bind(transport)
  transport.dial = async (address, options) => dial(address, options).catch(err => {
    onFailure()
    throw err
  })

  return transport
}
