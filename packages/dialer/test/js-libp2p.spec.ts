import { createServer } from 'node:net'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { peerStoreAddressBook } from '../src/index.ts'
import { parallelDialing } from '../src/js-libp2p.ts'
import type { Libp2p } from '@libp2p/interface'
import type { ConnectionManager } from '@libp2p/interface-internal'
import type { Libp2pOptions } from 'libp2p'
import type { AddressInfo, Server, Socket } from 'node:net'

describe('in stock js-libp2p', () => {
  let listener: Libp2p
  let hung: Server[]
  let hungAddresses: string[]
  const sockets = new Set<Socket>()
  const nodes: Libp2p[] = []

  async function start (options: Libp2pOptions): Promise<Libp2p> {
    const node = await createLibp2p({
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionMonitor: { enabled: false },
      ...options
    })
    nodes.push(node)

    return node
  }

  /** Takes connections, and never says a word. */
  async function hang (): Promise<Server> {
    const server = createServer(socket => {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => { sockets.delete(socket) })
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    return server
  }

  before(async () => {
    listener = await start({ addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] } })
    hung = await Promise.all([hang(), hang()])
    hungAddresses = hung.map(server => `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}/ws`)
  })

  after(async () => {
    await Promise.all(nodes.map(async node => node.stop()))
    sockets.forEach(socket => { socket.destroy() })
    hung.forEach(server => { server.close() })
  })

  /** Two addresses that hang, and then the one that works; all name the peer. */
  function addresses (): ReturnType<typeof multiaddr>[] {
    return [
      ...hungAddresses.map(address => multiaddr(`${address}/p2p/${listener.peerId}`)),
      ...listener.getMultiaddrs()
    ]
  }

  it('connects where two addresses hang before the good one', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    const connection = await node.dial(addresses())

    expect(connection.remotePeer.equals(listener.peerId)).to.be.true()
    expect(node.getConnections(listener.peerId)).to.deep.equal([connection])
  })

  it('is needed: without, the dial is over before the good address is tried', async () => {
    // the ratio of js-libp2p's defaults of 10 s and 6 s
    const node = await start({ connectionManager: { dialTimeout: 500, addressDialTimeout: 300 } })

    await expect(node.dial(addresses())).to.eventually.be.rejected()
  })

  it('takes the addresses of the peer store', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    await node.peerStore.merge(listener.peerId, { multiaddrs: addresses() })
    const [first, second] = await Promise.all([node.dial(listener.peerId), node.dial(listener.peerId)])

    expect(second).to.equal(first)
    expect(await node.dial(listener.peerId)).to.equal(first)
  })

  it('asks peer routing where the addresses of the peer store do not work', async () => {
    const node = await start({
      services: { dialing: parallelDialing() },
      peerRouters: [() => ({
        findPeer: async id => ({ id, multiaddrs: listener.getMultiaddrs() }),
        getClosestPeers: async function * () {}
      })]
    })
    await node.peerStore.merge(listener.peerId, { multiaddrs: [multiaddr(`/ip4/127.0.0.1/tcp/1/ws/p2p/${listener.peerId}`)] })

    expect((await node.dial(listener.peerId)).remoteAddr.equals(listener.getMultiaddrs()[0])).to.be.true()
  })

  it('does not ask peer routing for a service, which may be peer routing itself', async () => {
    let searches = 0
    let openConnection: ConnectionManager['openConnection'] | undefined
    const node = await start({
      services: {
        dialing: parallelDialing(),
        service: ({ connectionManager }: { connectionManager: ConnectionManager }) => {
          openConnection = async peer => connectionManager.openConnection(peer)

          return {}
        }
      },
      peerRouters: [() => ({
        findPeer: async id => {
          searches++

          return { id, multiaddrs: listener.getMultiaddrs() }
        },
        getClosestPeers: async function * () {}
      })]
    })
    await node.peerStore.merge(listener.peerId, { multiaddrs: [multiaddr(`/ip4/127.0.0.1/tcp/1/ws/p2p/${listener.peerId}`)] })

    await expect((async () => openConnection?.(listener.peerId))()).to.eventually.be.rejected()
    expect(searches).to.equal(0)
  })

  it('keeps what it learned of addresses in the peer store', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    const connection = await node.dial(listener.getMultiaddrs())
    const book = peerStoreAddressBook(node.peerStore)
    let outcomes = await book.load(listener.peerId)

    // the dial does not wait for the peer store
    while (outcomes.length === 0) {
      outcomes = await book.load(listener.peerId)
    }

    expect(outcomes.map(({ address }) => address)).to.deep.equal([connection.remoteAddr.decapsulateCode(421).toString()])
    expect(outcomes[0]).to.have.property('lastSuccess').that.is.closeTo(Date.now(), 60_000)
  })

  it('connects to addresses that name no peer', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    const bare = listener.getMultiaddrs().map(address => address.decapsulateCode(421))

    expect((await node.dial(bare)).remotePeer.equals(listener.peerId)).to.be.true()
  })

  it('says for each address why it failed', async () => {
    const node = await start({ services: { dialing: parallelDialing({ dialTimeout: 100 }) } })
    const error = await node.dial(addresses().slice(0, 2)).catch(err => err)

    expect(error).to.have.property('name', 'DialError')
    expect(error.dialErrors.map(({ cause }: { cause: { code: string } }) => cause.code)).to.deep.equal(['ERR_DIAL_TIMEOUT', 'ERR_DIAL_TIMEOUT'])
  })

  it('ends the dials under way when the node stops', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    const dialed = expect(node.dial(addresses().slice(0, 2))).to.eventually.be.rejected.with.property('code', 'ERR_CLOSED')
    await node.stop()
    await dialed
  })

  it('gives the node its own dialing back when it is stopped', async () => {
    const node = await start({ services: { dialing: parallelDialing() } })
    await node.stop()

    const error = await node.dial(addresses()).catch(err => err)

    expect(error).to.be.an('error').with.property('name').that.is.not.oneOf(['DialError', 'ClosedError'])
  })
})
