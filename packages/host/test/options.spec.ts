import { generateKeyPair } from '@libp2p/crypto/keys'
import { KEEP_ALIVE } from '@libp2p/interface'
import { defaultLogger } from '@libp2p/logger'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { MemoryDatastore } from 'datastore-core'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import { randomPeer } from './fixtures/peers.ts'
import type { Libp2pOptions } from '../src/index.ts'
import type { ComponentLogger, Libp2p, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'

const PUBLIC = multiaddr('/ip4/81.1.2.3/tcp/4001')

// those that no other test here needs, one by one
for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`options of ${name}`, function () {
    // below the default of every timeout here, so that a test in which it is what ends the wait fails
    this.timeout(8_000)

    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    const componentsOf = (node: Libp2p): any => (node as any).components

    async function listener (options: Libp2pOptions = {}): Promise<Libp2p> {
      return nodes.inMemory(createLibp2p, { addresses: { listen: [memoryAddress()] }, ...options })
    }

    it('privateKey: says who the node is; one that is made is written into the options', async () => {
      const privateKey = await generateKeyPair('Ed25519')
      const options: Libp2pOptions = {}
      const [given, made] = [nodes.add(await createLibp2p({ privateKey })), nodes.add(await createLibp2p(options))]

      expect(given.peerId.equals(peerIdFromPrivateKey(privateKey))).to.be.true()
      expect(options.privateKey != null && made.peerId.equals(peerIdFromPrivateKey(options.privateKey))).to.be.true()
    })

    it('nodeInfo: each part of it', async () => {
      const { nodeInfo } = componentsOf(nodes.add(await createLibp2p({ nodeInfo: { name: 'test', version: '1.2.3' } })))

      expect(nodeInfo).to.deep.equal({ name: 'test', version: '1.2.3', userAgent: `test/1.2.3 node/${process.version.slice(1)}` })
      expect(componentsOf(nodes.add(await createLibp2p({ nodeInfo: { userAgent: 'mine' } }))).nodeInfo.userAgent).to.equal('mine')
    })

    it('logger, dns, datastore: those that were given', async () => {
      const names: string[] = []
      const logger: ComponentLogger = {
        forComponent: name => {
          names.push(name)

          return defaultLogger().forComponent(name)
        }
      }
      const given = { logger, dns: { query: async () => { throw new Error('no DNS') } }, datastore: new MemoryDatastore() }
      const node = nodes.add(await createLibp2p({ ...given }))
      const { datastore, dns } = componentsOf(node)

      expect(node.logger).to.equal(logger)
      expect(names).to.include('libp2p')
      expect({ logger, dns, datastore }).to.deep.equal(given)
    })

    it('connectionManager.inboundUpgradeTimeout: ends a connection that says nothing', async () => {
      const node = await nodes.onWebSockets(createLibp2p, { connectionManager: { inboundUpgradeTimeout: 20 } })
      const port = node.getMultiaddrs()[0]?.getComponents()[1]?.value
      const socket = new WebSocket(`ws://127.0.0.1:${port}`)

      await new Promise(resolve => { socket.addEventListener('close', resolve) })
    })

    it('connectionManager.inboundStreamProtocolNegotiationTimeout: ends a stream that says nothing', async () => {
      const node = await listener({ connectionManager: { inboundStreamProtocolNegotiationTimeout: 20 } })
      const { factory, muxers } = spiedMuxer()
      const dialer = await nodes.inMemory(createLibp2p, { streamMuxers: [() => factory] })
      await dialer.dial(node.getMultiaddrs())
      const stream = await muxers[0]?.createStream()

      await new Promise(resolve => { stream?.addEventListener('close', resolve) })
    })

    it('connectionManager.outboundStreamProtocolNegotiationTimeout: ends a stream that nobody answers', async () => {
      const { factory } = spiedMuxer(muxer => {
        const dispatch = muxer.dispatchEvent.bind(muxer)
        muxer.dispatchEvent = event => event.type === 'stream' || dispatch(event)
      })
      const mute = await listener({ streamMuxers: [() => factory] })
      const dialer = await nodes.inMemory(createLibp2p, { connectionManager: { outboundStreamProtocolNegotiationTimeout: 20 } })
      const connection = await dialer.dial(mute.getMultiaddrs())

      await expect(connection.newStream('/test/1')).to.eventually.be.rejected.with.property('name', 'TimeoutError')
    })

    it('connectionManager.connectionCloseTimeout: ends a close that the other end does not answer', async () => {
      const { factory } = spiedMuxer(muxer => {
        muxer.close = async ({ signal } = {}) => new Promise((_resolve, reject) => { signal?.addEventListener('abort', () => { reject(signal.reason) }) })
      })
      const node = await listener()
      const dialer = await nodes.inMemory(createLibp2p, { streamMuxers: [() => factory], connectionManager: { connectionCloseTimeout: 3_000 } })
      const impatient = await nodes.inMemory(createLibp2p, { streamMuxers: [() => factory], connectionManager: { connectionCloseTimeout: 20 } })
      const [open, closed] = [await dialer.dial(node.getMultiaddrs()), await impatient.dial(node.getMultiaddrs())]
      let isOpenClosed = false
      void open.close().catch(() => {}).finally(() => { isOpenClosed = true })

      await closed.close().catch(() => {})
      expect(isOpenClosed).to.be.false()
      open.abort(new Error('enough'))
    })

    it('connectionManager.maxParallelReconnects: peers that are dialed again at one time', async () => {
      const dialer = await nodes.inMemory(createLibp2p, { connectionManager: { maxParallelReconnects: 2 } })
      const kept = await Promise.all([1, 2, 3].map(async () => listener()))

      for (const node of kept) {
        await dialer.dial(node.getMultiaddrs())
        await dialer.peerStore.merge(node.peerId, { tags: { [KEEP_ALIVE]: {} } })
      }

      const attempts: string[] = []
      componentsOf(dialer).connectionManager.openConnection = async (peer: unknown) => {
        attempts.push(String(peer))

        return new Promise(() => {})
      }
      await Promise.all(kept.map(async ({ peerId }) => dialer.hangUp(peerId)))

      await eventually(() => attempts.length === 2)
      await new Promise(resolve => setTimeout(resolve, 20))
      expect(attempts).to.have.lengthOf(2)
    })

    it('connectionMonitor.enabled, protocolPrefix: whether there is one, and what it speaks', async () => {
      const without = nodes.add(await createLibp2p({ connectionMonitor: { enabled: false } }))
      expect(() => componentsOf(without).connectionMonitor).to.throw().with.property('name', 'MissingServiceError')

      const node = await listener()
      const asked = new Promise<void>(resolve => { void node.handle('/test/ping/1.0.0', () => { resolve() }) })
      const monitored = await nodes.inMemory(createLibp2p, { connectionMonitor: { pingInterval: 5, protocolPrefix: 'test' } })
      await monitored.dial(node.getMultiaddrs())
      await asked
    })

    it('peerStore: how long addresses and peers are kept, and which addresses', async () => {
      const peer = await randomPeer()
      const stored = async (peerStore: NonNullable<Libp2pOptions['peerStore']>): Promise<string> => {
        const node = nodes.add(await createLibp2p({ peerStore }))
        await node.peerStore.merge(peer, { multiaddrs: [PUBLIC] })
        await new Promise(resolve => setTimeout(resolve, 5))

        return node.peerStore.get(peer).then(({ addresses }) => addresses.map(({ multiaddr }) => multiaddr).join(), err => err.name)
      }

      expect(await stored({})).to.equal(PUBLIC.toString())
      expect(await stored({ maxAddressAge: 1 })).to.equal('')
      expect(await stored({ maxAddressAge: 1, maxPeerAge: 1 })).to.equal('NotFoundError')
      expect(await stored({ addressFilter: async () => false })).to.equal('')
    })
  })
}

/** yamux whose muxers a test may have and change. */
function spiedMuxer (change: (muxer: StreamMuxer) => void = () => {}): { factory: StreamMuxerFactory, muxers: StreamMuxer[] } {
  const muxers: StreamMuxer[] = []
  const inner = yamux()()
  const factory: StreamMuxerFactory = {
    protocol: inner.protocol,
    createStreamMuxer: maConn => {
      const muxer = inner.createStreamMuxer(maConn)
      muxers.push(muxer)
      change(muxer)

      return muxer
    }
  }

  return { factory, muxers }
}
