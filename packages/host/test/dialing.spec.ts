import { memory } from '@libp2p/memory'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { OURS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import { randomPeer } from './fixtures/peers.ts'
import { hangingTransport } from './fixtures/transports.ts'
import type { Libp2pOptions } from '../src/index.ts'
import type { Libp2p, Transport } from '@libp2p/interface'

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

  it('dials again at once after a dial that failed', async () => {
    const address = memoryAddress()
    const dialer = await nodes.inMemory(createLibp2p)
    await expect(dialer.dial(multiaddr(address))).to.eventually.be.rejected()

    await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })

    await dialer.dial(multiaddr(address))
  })
})
