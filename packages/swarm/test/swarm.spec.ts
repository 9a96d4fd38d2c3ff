import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, ended, introduce, makeSwarm, readAll, writeAll } from './swarms.ts'
import type { Connection, Stream } from '@libp2p/interface'
import type { Notifiee } from '@libp2p-ws/core'

describe('swarm', () => {
  afterEach(closeAll)

  it('dials a peer, opens a stream and echoes 1 MiB', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const data = crypto.getRandomValues(new Uint8Array(65_536))
    const sent = Buffer.concat(Array.from({ length: 16 }, () => data))
    b.handle('/echo/1.0.0', echo)
    await introduce(a, b)

    const stream = await a.newStream(b.localPeer, '/echo/1.0.0')
    const received = readAll(stream)
    await writeAll(stream, sent)
    await stream.close()

    expect(Buffer.compare(await received, sent)).to.equal(0)
    expect(stream.protocol).to.equal('/echo/1.0.0')
  })

  it('says what the connection is made of', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    const connection = await a.dialPeer(b.localPeer)

    expect(connection).to.have.deep.property('state', { transport: 'tcp', security: '/noise', muxer: '/yamux/1.0.0', earlyMuxer: true })
    expect(connection.remoteAddr.toString()).to.equal(`${b.listenAddresses()[0]}/p2p/${b.localPeer}`)
    expect(connection.remotePeer.equals(b.localPeer)).to.equal(true)
    expect(connection).to.have.nested.property('stat.direction', 'outbound')
    expect(connection.direct).to.equal(true)
    expect(String(connection)).to.include(String(a.localPeer)).and.to.include(String(connection.remoteAddr))
    expect(String(a)).to.equal(`<Swarm ${a.localPeer}>`)
  })

  it('uses the peer store that it is given, and the transport that it gets later', async () => {
    const [b, other] = await Promise.all([makeSwarm(), makeSwarm()])
    const a = await makeSwarm({ listen: [], transports: [], peerStore: other.peerStore })
    await introduce(other, b)
    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected.with.nested.property('cause.code', 'ERR_NO_GOOD_ADDRESSES')

    other.transports().forEach(transport => { a.addTransport(transport) })
    await expect(a.dialPeer(b.localPeer)).to.eventually.have.property('status', 'open')
    expect(a.conns()).to.have.lengthOf(1)
  })

  it('dials an address that names no peer', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const connection = await a.dialAddresses(b.listenAddresses())

    expect(connection.remotePeer.equals(b.localPeer)).to.equal(true)
  })

  it('uses one connection for all who ask', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    const connections = await Promise.all(Array.from({ length: 20 }, async () => a.dialPeer(b.localPeer)))

    expect(new Set(connections)).to.have.lengthOf(1)
    expect(a.conns()).to.have.lengthOf(1)
    expect(a.connsToPeer(b.localPeer)).to.have.lengthOf(1)
    expect(a.bestConnToPeer(b.localPeer)).to.equal(connections[0])
  })

  it('does not dial when told so', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)

    await expect(a.dialPeer(b.localPeer, { noDial: true })).to.eventually.be.rejected.with.property('name', 'NoConnectionError')
  })

  it('half-closes: the far end answers after our writing side is closed', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/count', async stream => {
      const { byteLength } = await readAll(stream)
      stream.send(new TextEncoder().encode(String(byteLength)))
      await stream.close()
    })
    const stream = await a.newStream(b.localPeer, '/count')
    const answer = readAll(stream)
    await writeAll(stream, new Uint8Array(100_000))
    await stream.close()

    expect(new TextDecoder().decode(await answer)).to.equal('100000')
  })

  it('tells the far end of a reset', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    b.handle('/wait', stream => { stream.addEventListener('close', event => { resolve(event.error) }) })
    const stream = await a.newStream(b.localPeer, '/wait')
    stream.abort(new Error('changed my mind'))

    await expect(promise).to.eventually.have.property('name', 'StreamResetError')
  })

  it('refuses a stream of a protocol that the peer does not speak, and keeps the connection', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)

    await expect(a.newStream(b.localPeer, '/nothing')).to.eventually.be.rejected.with.property('name', 'UnsupportedProtocolError')
    expect(a.connectedness(b.localPeer)).to.equal('connected')
  })

  it('picks the first protocol that the peer speaks', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/echo/1', echo)
    const stream = await a.newStream(b.localPeer, ['/echo/2', '/echo/1'])

    expect(stream.protocol).to.equal('/echo/1')
  })

  it('survives a handler that throws: that stream is reset', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/throws', () => { throw new Error('handler bug') })
    b.handle('/echo', echo)
    const stream = await a.newStream(b.localPeer, '/throws')

    await expect(ended(stream)).to.eventually.be.an('error')
    await expect(a.newStream(b.localPeer, '/echo')).to.eventually.have.property('status', 'open')
  })

  it('bounds the inbound streams of a protocol', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/one', () => {}, { maxInboundStreams: 1 })
    await a.newStream(b.localPeer, '/one')
    const second = await a.newStream(b.localPeer, '/one')

    await expect(ended(second)).to.eventually.be.an('error')
  })

  it('bounds the outbound streams of a protocol, and counts a closed one no more', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/two', echo)
    const open = async (): Promise<Stream> => a.newStream(b.localPeer, '/two', { maxOutboundStreams: 1 })
    const first = await open()

    await expect(open()).to.eventually.be.rejected.with.property('name', 'TooManyOutboundProtocolStreamsError')
    first.abort(new Error('done'))
    await expect(open()).to.eventually.have.property('status', 'open')
  })

  it('hands raw streams to the stream handler', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    const { promise, resolve } = Promise.withResolvers<string>()
    b.setStreamHandler(stream => {
      resolve(stream.protocol)
      stream.abort(new Error('not today'))
    })

    await expect(a.newStream(b.localPeer, '/any')).to.eventually.be.rejected()
    await expect(promise).to.eventually.equal('')
  })

  it('leaves to the stream handler what a stream speaks, and says when it was opened and by whom', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const { promise, resolve } = Promise.withResolvers<Stream>()
    const handler = (stream: Stream): void => {
      stream.protocol = '/mine'
      resolve(stream)
    }
    b.setStreamHandler(handler)
    expect(b.streamHandler).to.equal(handler)
    const before = Date.now()
    const connection = await a.dialAddresses(b.listenAddresses())
    const outcome = expect(connection.newStream('/any')).to.eventually.be.rejected()
    const stream = await promise

    expect(stream).to.include({ protocol: '/mine', direction: 'inbound' })
    expect(stream.timeline.open).to.be.within(before, Date.now())
    expect(b.snapshot().connections[0]?.streams[0]?.protocol).to.equal('/mine')
    stream.abort(new Error('seen'))
    await outcome
  })

  it('tells notifiees in order: listen, connected, disconnected, listen closed', async () => {
    const [a, b] = await Promise.all([makeSwarm({ listen: [] }), makeSwarm()])
    const events: string[] = []
    const { promise, resolve } = Promise.withResolvers<void>()
    const notifiee: Notifiee = {
      listen: () => { events.push('listen') },
      listenClose: () => { events.push('listenClose') },
      connected: connection => { events.push(`connected ${connection.direction}`) },
      disconnected: () => {
        events.push('disconnected')
        resolve()
      }
    }
    a.notify({ connected: () => { throw new Error('notifiee bug') } })
    a.notify(notifiee)
    await a.listen(multiaddr('/ip4/127.0.0.1/tcp/0'))
    await introduce(b, a)
    await b.dialPeer(a.localPeer)
    await b.closePeer(a.localPeer)
    await promise
    await a.close()

    expect(events).to.deep.equal(['listen', 'connected inbound', 'disconnected', 'listenClose'])
  })

  it('no longer tells who has signed off', async () => {
    const a = await makeSwarm({ listen: [] })
    const notifiee: Notifiee = { listen: () => { throw new Error('must not be called') } }
    let told = 0
    a.notify({ listen: () => { told++ } })
    a.notify(notifiee)
    a.stopNotify(notifiee)
    await a.listen(multiaddr('/ip4/127.0.0.1/tcp/0'))

    expect(told).to.equal(1)
  })

  it('knows to whom it is connected', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)

    expect(a.connectedness(b.localPeer)).to.equal('not-connected')
    expect(a.peers()).to.be.empty()
    await a.dialPeer(b.localPeer)
    expect(a.connectedness(b.localPeer)).to.equal('connected')
    expect(a.peers().map(String)).to.deep.equal([b.localPeer.toString()])
    await a.closePeer(b.localPeer)
    expect(a.connectedness(b.localPeer)).to.equal('not-connected')
    expect(a.conns()).to.be.empty()
  })

  it('hands new connections to the connection handler', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    const { promise, resolve } = Promise.withResolvers<Connection>()
    b.setConnHandler(resolve)
    expect(b.connHandler).to.equal(resolve)
    await introduce(a, b)
    await a.dialPeer(b.localPeer)

    expect((await promise).remotePeer.equals(a.localPeer)).to.equal(true)
  })

  it('remembers which protocols a peer spoke', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    b.handle('/echo', echo)
    const { promise, resolve } = Promise.withResolvers<string[]>()
    const merge = a.peerStore.merge.bind(a.peerStore)
    a.peerStore.merge = async (...args) => {
      const peer = await merge(...args)
      // the dialer merges what it learned of the address
      args[1].protocols != null && resolve(peer.protocols)
      return peer
    }
    await a.newStream(b.localPeer, '/echo')

    await expect(promise).to.eventually.deep.equal(['/echo'])
  })
})
