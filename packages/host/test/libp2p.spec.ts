import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { contentRoutingSymbol, FaultTolerance, peerDiscoverySymbol, peerRoutingSymbol, serviceCapabilities, serviceDependencies } from '@libp2p/interface'
import { peerIdFromMultihash, peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { isLibp2p as isStockLibp2p } from 'libp2p'
import { TypedEventEmitter } from 'main-event'
import { isLibp2p } from '../src/index.ts'
import { eventually } from './fixtures/eventually.ts'
import { IMPLEMENTATIONS } from './fixtures/implementations.ts'
import { memoryAddress, Nodes } from './fixtures/nodes.ts'
import { randomPeer } from './fixtures/peers.ts'
import { hangingTransport } from './fixtures/transports.ts'
import type { DialTarget, Libp2p } from '@libp2p/interface'

for (const { createLibp2p, name } of IMPLEMENTATIONS) {
  describe(`Libp2p of ${name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    describe('life', () => {
      it('is started unless told not to be, and may be stopped and started again', async () => {
        const node = nodes.add(await createLibp2p({ start: false }))
        const seen: string[] = []
        node.addEventListener('start', event => { seen.push(`start ${event.detail === node}`) })
        node.addEventListener('stop', event => { seen.push(`stop ${event.detail === node}`) })

        expect(node.status).to.equal('stopped')
        const starting = node.start()
        expect(node.status).to.equal('starting')
        await starting
        expect(node.status).to.equal('started')
        await node.start()
        const stopping = node.stop()
        expect(node.status).to.equal('stopping')
        await stopping
        await node.stop()
        await node.start()
        expect(node.status).to.equal('started')
        expect(seen).to.deep.equal(['start true', 'stop true', 'start true'])
      })

      it('takes every component through the same phases', async () => {
        const phases: string[] = []
        const service = Object.fromEntries(['beforeStart', 'start', 'afterStart', 'beforeStop', 'stop', 'afterStop'].map(phase => [phase, async () => { phases.push(phase) }]))
        const node = nodes.add(await createLibp2p({ services: { recorder: () => service } }))

        await node.stop()

        expect(phases).to.deep.equal(['beforeStart', 'start', 'afterStart', 'beforeStop', 'stop', 'afterStop'])
      })

      it('stops what had started when a component cannot start', async () => {
        let stopped = false
        const failure = new Error('cannot start')

        await expect(createLibp2p({
          services: {
            good: () => ({ start: () => {}, stop: () => { stopped = true } }),
            bad: () => ({ start: () => { throw failure }, stop: () => {} })
          }
        })).to.eventually.be.rejectedWith(failure)
        expect(stopped).to.be.true()
      })

      it('dials again after it was stopped and started', async () => {
        const address = memoryAddress()
        await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
        const dialer = await nodes.inMemory(createLibp2p)

        await dialer.dial(multiaddr(address))
        await dialer.stop()
        expect(dialer.getConnections()).to.be.empty()
        await expect(dialer.dial(multiaddr(address))).to.eventually.be.rejected()
        await dialer.start()
        await dialer.dial(multiaddr(address))

        expect(dialer.getConnections()).to.have.lengthOf(1)
      })

      it('is recognized by both isLibp2p', async () => {
        const node = nodes.add(await createLibp2p())

        for (const recognizes of [isLibp2p, isStockLibp2p]) {
          expect(recognizes(node)).to.be.true()
          expect(recognizes({})).to.be.false()
          expect(recognizes()).to.be.false()
        }
      })
    })

    describe('components', () => {
      it('throws for one that is missing, except for the optional ones', async () => {
        let components: any
        nodes.add(await createLibp2p({ services: { spy: given => { components = given } } }))

        expect(() => components.nothing).to.throw().with.property('name', 'MissingServiceError')
        expect(components.metrics).to.be.undefined()
        expect(components.connectionProtector).to.be.undefined()
        expect(components.dns).to.be.undefined()
        expect(components.peerId).to.be.ok()
        expect(await components).to.equal(components)
      })

      it('has every service under its name, and gives each one those before it', async () => {
        const node = nodes.add(await createLibp2p({
          services: {
            first: () => ({ name: 'first' }),
            second: (components: any) => ({ sees: components.first.name })
          }
        }))

        expect(node.services.second).to.deep.equal({ sees: 'first' })
        expect((node as any).components.second).to.equal(node.services.second)
      })

      it('tells which dependency of a service is not there', async () => {
        const dependent = { [Symbol.toStringTag]: 'dependent', [serviceDependencies]: ['@test/needed'] }

        await expect(createLibp2p({ start: false, services: { dependent: () => dependent } })).to.eventually.be.rejected
          .with.property('name', 'UnmetServiceDependenciesError')
        nodes.add(await createLibp2p({ services: { dependent: () => dependent, needed: () => ({ [serviceCapabilities]: ['@test/needed'] }) } }))
      })

      it('adds what services find to peer routing, content routing and discovery', async () => {
        const found = { id: await randomPeer(), multiaddrs: [multiaddr('/ip4/1.2.3.4/tcp/1234')] }
        const discovery = new TypedEventEmitter<any>()
        const node = nodes.add(await createLibp2p({
          services: {
            everything: () => ({
              [peerRoutingSymbol]: { findPeer: async () => found },
              [contentRoutingSymbol]: { get: async () => new Uint8Array([1]) },
              [peerDiscoverySymbol]: discovery
            })
          }
        }))
        const discovered = new Promise<any>(resolve => { node.addEventListener('peer:discovery', event => { resolve(event.detail) }) })

        expect(await node.peerRouting.findPeer(await randomPeer())).to.equal(found)
        expect(await node.contentRouting.get(new Uint8Array())).to.deep.equal(new Uint8Array([1]))
        const other = { id: await randomPeer(), multiaddrs: [multiaddr('/ip4/4.3.2.1/tcp/1234')] }
        discovery.safeDispatchEvent('peer', { detail: { id: node.peerId, multiaddrs: [] } })
        discovery.safeDispatchEvent('peer', { detail: other })

        // findPeer had put the first one into the peer store
        expect((await discovered).id.equals(found.id)).to.be.true()
        await eventually(async () => (await node.peerStore.get(other.id)).addresses.length === 1)
      })
    })

    describe('protocols', () => {
      it('handles each once, unless forced, and keeps them in the peer store', async () => {
        const node = nodes.add(await createLibp2p())
        const handler = (): void => {}

        await node.handle(['/b/1', '/a/1'], handler)
        expect(node.getProtocols()).to.deep.equal(['/a/1', '/b/1'])
        await expect(node.handle('/a/1', handler)).to.eventually.be.rejected.with.property('name', 'DuplicateProtocolHandlerError')
        await node.handle('/a/1', handler, { force: true })
        await node.unhandle('/a/1')

        expect((await node.peerStore.get(node.peerId)).protocols).to.deep.equal(['/b/1'])
      })

      it('runs middleware before the handler', async () => {
        const [dialer, listener] = await pair()
        const seen: string[] = []
        const handled = new Promise<void>(resolve => { void listener.handle('/test/1', () => { seen.push('handler'); resolve() }) })
        listener.use('/test/1', (stream, connection, next) => { seen.push('middleware'); next(stream, connection) })

        await dialer.dialProtocol(listener.getMultiaddrs(), '/test/1')
        await handled

        expect(seen).to.deep.equal(['middleware', 'handler'])
        listener.unuse('/test/1')
      })

      it('does not dial without a protocol', async () => {
        const [dialer, listener] = await pair()

        await expect(dialer.dialProtocol(listener.getMultiaddrs(), [])).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
        await expect(dialer.dialProtocol(listener.getMultiaddrs(), undefined as any)).to.eventually.be.rejected.with.property('name', 'InvalidParametersError')
      })

      it('says that the other end does not speak a protocol', async () => {
        const [dialer, listener] = await pair()

        await expect(dialer.dialProtocol(listener.getMultiaddrs(), '/unknown/1')).to.eventually.be.rejected.with.property('name', 'UnsupportedProtocolError')
      })
    })

    describe('dialing', () => {
      it('takes a peer id, an address with or without one, and a list', async () => {
        const address = memoryAddress()
        const listener = await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
        const named = multiaddr(`${address}/p2p/${listener.peerId}`)
        const known = await nodes.inMemory(createLibp2p)
        await known.peerStore.patch(listener.peerId, { multiaddrs: [multiaddr(address)] })

        for (const [node, target] of [
          [known, listener.peerId],
          [await nodes.inMemory(createLibp2p), multiaddr(address)],
          [await nodes.inMemory(createLibp2p), named],
          [await nodes.inMemory(createLibp2p), [named, multiaddr(`/memory/nobody/p2p/${listener.peerId}`)]]
        ] as const) {
          const connection = await node.dial(target as any)

          expect(connection.remotePeer.equals(listener.peerId)).to.be.true()
          expect(connection.remoteAddr.toString()).to.equal(named.toString())
          expect(node.getConnections()).to.deep.equal([connection])
          expect(node.getPeers().map(String)).to.deep.equal([listener.peerId.toString()])
        }
      })

      it('dials only the addresses that it was given', async () => {
        const address = memoryAddress()
        const listener = await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
        const dialer = await nodes.inMemory(createLibp2p)
        await dialer.peerStore.patch(listener.peerId, { multiaddrs: [multiaddr(address)] })

        await expect(dialer.dial(multiaddr(`/memory/nobody/p2p/${listener.peerId}`))).to.eventually.be.rejected()
        expect(dialer.getConnections()).to.be.empty()
      })

      it('keeps one connection to a peer, unless forced', async () => {
        const [dialer, listener] = await pair()

        const first = await dialer.dial(listener.getMultiaddrs())
        expect(await dialer.dial(listener.peerId)).to.equal(first)
        expect(await dialer.dial(listener.getMultiaddrs()[0]?.decapsulate('/p2p') as any)).to.equal(first)
        expect(dialer.getConnections()).to.have.lengthOf(1)
        expect(await dialer.dial(listener.getMultiaddrs(), { force: true })).to.not.equal(first)
        expect(dialer.getConnections(listener.peerId)).to.have.lengthOf(2)
      })

      it('joins dials to one peer', async () => {
        const [dialer, listener] = await pair()
        await dialer.peerStore.patch(listener.peerId, { multiaddrs: listener.getMultiaddrs() })

        const connections = await Promise.all([dialer.dial(listener.peerId), dialer.dial(listener.getMultiaddrs()), dialer.dial(listener.peerId)])

        expect(new Set(connections)).to.have.property('size', 1)
        expect(listener.getConnections()).to.have.lengthOf(1)
      })

      it('asks peer routing for a peer whose addresses it does not know', async () => {
        const address = memoryAddress()
        const listener = await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
        const dialer = await nodes.inMemory(createLibp2p, {
          peerRouters: [() => ({ findPeer: async id => ({ id, multiaddrs: [multiaddr(address)] }), async * getClosestPeers () {} })]
        })

        await dialer.dial(listener.peerId)
      })

      it('resolves addresses', async () => {
        const address = memoryAddress()
        const listener = await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
        const dialer = await nodes.inMemory(createLibp2p, {
          connectionManager: {
            resolvers: {
              test: {
                canResolve: ma => ma.toString().startsWith('/dnsaddr/'),
                resolve: async () => [multiaddr(`${address}/p2p/${listener.peerId}`)]
              }
            }
          }
        })

        const connection = await dialer.dial(multiaddr('/dnsaddr/example.com'))
        expect(connection.remotePeer.equals(listener.peerId)).to.be.true()
      })

      it('notes in the peer store how dials ended', async () => {
        const [dialer, listener] = await pair()
        const nobody = await randomPeer()

        await dialer.dial(listener.getMultiaddrs())
        await expect(dialer.dial(multiaddr(`/memory/nobody/p2p/${nobody}`))).to.eventually.be.rejected()

        const reached = await dialer.peerStore.get(listener.peerId)
        expect(reached.metadata.has('last-dial-success')).to.be.true()
        expect(reached.addresses).to.have.lengthOf(1)
        expect((await dialer.peerStore.get(nobody)).metadata.has('last-dial-failure')).to.be.true()
      })

      const targets: Record<string, (listener: Libp2p) => DialTarget> = {
        'a peer': listener => listener.peerId,
        addresses: listener => listener.getMultiaddrs()
      }

      for (const [what, target] of Object.entries(targets)) {
        it(`tells how a dial to ${what} goes on`, async () => {
          const [dialer, listener] = await pair()
          const events: string[] = []
          await dialer.peerStore.patch(listener.peerId, { multiaddrs: listener.getMultiaddrs() })

          await dialer.dial(target(listener), { onProgress: ({ type }) => { type.startsWith('dialer:') || events.push(type) } })

          expect(events.filter(type => !type.startsWith('memory'))).to.deep.equal([
            'connection:open',
            'dial-queue:add-to-dial-queue',
            'dial-queue:start-dial',
            'dial-queue:calculated-addresses',
            'transport-manager:selected-transport',
            'upgrader:encrypt-outbound-connection',
            'upgrader:multiplex-outbound-connection',
            'connection:opened'
          ])
        })
      }

      it('hangs up by peer id and by address', async () => {
        const [dialer, listener] = await pair()

        for (const target of [listener.peerId, listener.getMultiaddrs()[0] as any]) {
          const connection = await dialer.dial(listener.getMultiaddrs())
          await dialer.hangUp(target)

          expect(connection.status).to.equal('closed')
          expect(connection.timeline.close).to.be.a('number')
          expect(dialer.getConnections()).to.be.empty()
        }

        await dialer.hangUp(await randomPeer())
      })

      it('knows what could be dialed', async () => {
        const node = await nodes.inMemory(createLibp2p, { connectionGater: { denyDialMultiaddr: address => address.toString() === '/memory/denied' } })

        expect(await node.isDialable(multiaddr('/memory/fine'))).to.be.true()
        expect(await node.isDialable([multiaddr('/ip4/127.0.0.1/udp/1'), multiaddr('/memory/fine')])).to.be.true()
        expect(await node.isDialable(multiaddr('/ip4/127.0.0.1/udp/1'))).to.be.false()
        expect(await node.isDialable(multiaddr('/memory/denied'))).to.be.false()
      })
    })

    describe('errors of a dial', () => {
      const cases: Array<{ what: string, name: string, target(listener: Libp2p, dialer: Libp2p): any }> = [
        { what: 'an empty list', name: 'NoValidAddressesError', target: () => [] },
        { what: 'an address that no transport takes', name: 'NoValidAddressesError', target: () => multiaddr('/ip4/127.0.0.1/udp/1234') },
        { what: 'a peer without known addresses', name: 'NoValidAddressesError', target: listener => listener.peerId },
        { what: 'addresses of different peers', name: 'InvalidParametersError', target: (listener, dialer) => [multiaddr(`/memory/a/p2p/${listener.peerId}`), multiaddr(`/memory/b/p2p/${dialer.peerId}`)] },
        { what: 'addresses of which some name a peer', name: 'InvalidParametersError', target: listener => [multiaddr(`/memory/a/p2p/${listener.peerId}`), multiaddr('/memory/b')] },
        { what: 'its own id', name: 'InvalidPeerIdError', target: (_, dialer) => dialer.peerId },
        { what: 'its own id in an address', name: 'InvalidPeerIdError', target: (_, dialer) => multiaddr(`/memory/a/p2p/${dialer.peerId}`) }
      ]

      for (const { name, target, what } of cases) {
        it(`${name} for ${what}`, async () => {
          const [dialer, listener] = await pair()

          await expect(dialer.dial(target(listener, dialer))).to.eventually.be.rejected.with.property('name', name)
        })
      }

      const hooks: Array<{ hook: string, name: string }> = [
        { hook: 'denyDialPeer', name: 'DialDeniedError' },
        { hook: 'denyDialMultiaddr', name: 'DialDeniedError' },
        { hook: 'denyOutboundConnection', name: 'ConnectionInterceptedError' },
        { hook: 'denyOutboundEncryptedConnection', name: 'ConnectionInterceptedError' },
        { hook: 'denyOutboundUpgradedConnection', name: 'ConnectionInterceptedError' }
      ]

      for (const { hook, name } of hooks) {
        it(`${name} when the gater's ${hook} says so`, async () => {
          const [, listener] = await pair()
          const dialer = await nodes.inMemory(createLibp2p, { connectionGater: { [hook]: async () => true } })

          await expect(dialer.dial(listener.getMultiaddrs())).to.eventually.be.rejected.with.property('name', name)
          expect(dialer.getConnections()).to.be.empty()
        })
      }

      it('TimeoutError when the time for the dial is over', async () => {
        const dialer = await nodes.inMemory(createLibp2p, { connectionManager: { dialTimeout: 10 }, transports: [hangingTransport] })

        await expect(dialer.dial(multiaddr(`/memory/hangs/p2p/${await randomPeer()}`))).to.eventually.be.rejected.with.property('name', 'TimeoutError')
      })

      it('the signal\'s, when the caller gives up', async () => {
        const dialer = await nodes.inMemory(createLibp2p, { transports: [hangingTransport] })
        const controller = new AbortController()
        const dial = dialer.dial(multiaddr('/memory/hangs'), { signal: controller.signal })
        controller.abort()

        await expect(dial).to.eventually.be.rejected.with.property('name', 'AbortError')
        expect(dialer.getDialQueue()).to.be.empty()
      })

      it('AbortError when the node stops', async () => {
        const dialer = await nodes.inMemory(createLibp2p, { transports: [hangingTransport] })
        const dial = dialer.dial(multiaddr('/memory/hangs'))
        dial.catch(() => {})
        await new Promise(resolve => setTimeout(resolve))
        expect(dialer.getDialQueue()).to.have.nested.property('[0].status', 'active')
        await dialer.stop()

        await expect(dial).to.eventually.be.rejected.with.property('name', 'AbortError')
      })

      it('DialError when too many dials wait', async () => {
        const dialer = await nodes.inMemory(createLibp2p, { connectionManager: { maxParallelDials: 1, maxDialQueueLength: 2 }, transports: [hangingTransport] })
        const [first, second, third] = ['/memory/a', '/memory/b', '/memory/c'].map(async address => dialer.dial(multiaddr(address)))
        first?.catch(() => {})
        second?.catch(() => {})

        await expect(third).to.eventually.be.rejected.with.property('name', 'DialError')
        expect(dialer.getDialQueue().map(({ status }) => status)).to.deep.equal(['active', 'queued'])
      })
    })

    describe('listening', () => {
      it('announces where it listens, with its id', async () => {
        const address = memoryAddress()
        const node = await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })

        expect(node.getMultiaddrs().map(String)).to.deep.equal([`${address}/p2p/${node.peerId}`])
      })

      it('does not start when an address cannot be listened on', async () => {
        const [address, taken] = [memoryAddress(), memoryAddress()]
        await nodes.inMemory(createLibp2p, { addresses: { listen: [taken] } })

        await expect(nodes.inMemory(createLibp2p, { addresses: { listen: [address, taken] } })).to.eventually.be.rejected
          .with.property('name', 'UnsupportedListenAddressesError')

        // nothing of it is left
        await nodes.inMemory(createLibp2p, { addresses: { listen: [address] } })
      })

      it('does not start when no transport takes any address', async () => {
        await expect(nodes.inMemory(createLibp2p, { addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] } })).to.eventually.be.rejected
          .with.property('name', 'UnsupportedListenAddressesError')
      })

      it('leaves out addresses that no transport takes when there are others', async () => {
        const node = await nodes.inMemory(createLibp2p, { addresses: { listen: [memoryAddress(), '/ip4/127.0.0.1/tcp/0'] } })

        expect(node.getMultiaddrs()).to.have.lengthOf(1)
      })

      it('starts all the same with NO_FATAL', async () => {
        const address = memoryAddress()
        const taken = memoryAddress()
        await nodes.inMemory(createLibp2p, { addresses: { listen: [taken] } })
        const node = await nodes.inMemory(createLibp2p, {
          addresses: { listen: [address, taken] },
          transportManager: { faultTolerance: FaultTolerance.NO_FATAL }
        })

        expect(node.getMultiaddrs()).to.have.lengthOf(1)
      })
    })

    describe('events', () => {
      it('come at both ends', async () => {
        const [dialer, listener] = await pair()
        const seen = { dialer: record(dialer), listener: record(listener) }

        const connection = await dialer.dial(listener.getMultiaddrs())
        await eventually(() => listener.getConnections().length === 1)
        const second = await dialer.dial(listener.getMultiaddrs(), { force: true })
        await eventually(() => listener.getConnections().length === 2)
        await connection.close()
        await eventually(() => listener.getConnections().length === 1)
        await second.close()
        await eventually(() => listener.getConnections().length === 0)

        for (const events of Object.values(seen)) {
          expect(events.filter(event => event.startsWith('connection'))).to.deep.equal(['connection:open', 'connection:open', 'connection:close', 'connection:close'])
          expect(events.filter(event => event.startsWith('peer:'))).to.deep.equal(['peer:connect', 'peer:disconnect'])
        }
      })

      it('tell of listeners', async () => {
        const node = await nodes.inMemory(createLibp2p, { start: false, addresses: { listen: [memoryAddress()] } })
        const seen: string[] = []
        node.addEventListener('transport:listening', () => { seen.push('listening') })
        node.addEventListener('transport:close', () => { seen.push('close') })

        await node.start()
        await node.stop()

        expect(seen).to.deep.equal(['listening', 'close'])
      })
    })

    describe('getPublicKey', () => {
      it('asks the id, then the peer store, then content routing', async () => {
        const key = await generateKeyPair('RSA', 512)
        const asked: Uint8Array[] = []
        const node = nodes.add(await createLibp2p({
          contentRouters: [() => ({
            async get (name: Uint8Array) {
              asked.push(name)
              return publicKeyToProtobuf(key.publicKey)
            }
          } as any)]
        }))
        const peer = peerIdFromPrivateKey(key)
        const withoutKey = peerIdFromMultihash(peer.toMultihash())

        expect((await node.getPublicKey(peer)).equals(key.publicKey)).to.be.true()
        expect(asked).to.be.empty()
        expect((await node.getPublicKey(withoutKey)).equals(key.publicKey)).to.be.true()
        expect((await node.getPublicKey(withoutKey)).equals(key.publicKey)).to.be.true()
        expect(asked).to.have.lengthOf(1)
        expect(new TextDecoder().decode(asked[0]?.subarray(0, 4))).to.equal('/pk/')
      })

      it('refuses a key that is not the peer\'s', async () => {
        const wrong = await generateKeyPair('Ed25519')
        const node = nodes.add(await createLibp2p({ contentRouters: [() => ({ get: async () => publicKeyToProtobuf(wrong.publicKey) } as any)] }))
        const peer = peerIdFromMultihash(peerIdFromPrivateKey(await generateKeyPair('RSA', 512)).toMultihash())

        await expect(node.getPublicKey(peer)).to.eventually.be.rejected.with.property('name', 'InvalidPublicKeyError')
      })
    })

    async function pair (): Promise<[Libp2p, Libp2p]> {
      return [
        await nodes.inMemory(createLibp2p),
        await nodes.inMemory(createLibp2p, { addresses: { listen: [memoryAddress()] } })
      ]
    }
  })
}

function record (node: Libp2p): string[] {
  const events: string[] = []

  for (const type of ['connection:open', 'connection:close', 'peer:connect', 'peer:disconnect'] as const) {
    node.addEventListener(type, () => { events.push(type) })
  }

  return events
}
