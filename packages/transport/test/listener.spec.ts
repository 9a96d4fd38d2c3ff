import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { channelOf } from '@libp2p-ws/byte-channel'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { components, TestUpgrader } from './fixtures/components.ts'
import { Listeners } from './fixtures/listeners.ts'
import { RawWebSocket } from './fixtures/raw-web-socket.ts'
import { event } from './fixtures/streams.ts'
import { connect, dial, transport, unusedPort } from './fixtures/transport.ts'
import type { AddressInfo } from 'node:net'

describe('a listener', () => {
  const listeners = new Listeners()
  const servers: net.Server[] = []

  afterEach(async () => {
    await listeners.close()

    for (const server of servers.splice(0)) {
      server.close()
    }
  })

  const listen: Listeners['listen'] = async (...args) => listeners.listen(...args)

  async function serve <Server extends net.Server> (server: Server): Promise<number> {
    servers.push(server)
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    return (server.address() as AddressInfo).port
  }

  describe('\'s addresses', () => {
    it('are those of all interfaces for a wildcard', async () => {
      const { listener, port } = await listen({}, '/ip4/0.0.0.0/tcp/0/ws')
      const addresses = listener.getAddrs().map(String)
      expect(addresses).to.include(`/ip4/127.0.0.1/tcp/${port}/ws`).and.not.include(`/ip4/0.0.0.0/tcp/${port}/ws`)
    })

    it('do not have the peer id, and keep the path', async () => {
      const { listener, port } = await listen({}, '/ip4/127.0.0.1/tcp/0/ws/http-path/a%2Fb/p2p/12D3KooWD3bfmNbuuuVCYwkjnFt3ukm3qaB3hDED3peHHXawvRAi')
      expect(listener.getAddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws/http-path/a%2Fb`])
    })

    it('are none before it listens and after it is closed', async () => {
      const listener = transport().createListener({ upgrader: new TestUpgrader() })
      expect(listener.getAddrs()).to.deep.equal([])
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      await listener.close()
      expect(listener.getAddrs()).to.deep.equal([])
    })
  })

  it('refuses addresses that are not WebSocket', async () => {
    const listener = transport().createListener({ upgrader: new TestUpgrader() })
    await expect(listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0'))).to.eventually.be.rejected()
      .with.property('name', 'WebSocketAddressError')
  })

  it('says that a port is taken', async () => {
    const port = await serve(http.createServer())
    await expect(listen({}, `/ip4/127.0.0.1/tcp/${port}/ws`)).to.eventually.be.rejected().with.property('code', 'EADDRINUSE')
  })

  it('listens once', async () => {
    const { listener } = await listen({})
    await expect(listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))).to.eventually.be.rejected().with.property('name', 'InvalidValueError')
    await listener.close()
    await expect(listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))).to.eventually.be.rejected().with.property('name', 'ClosedError')
  })

  it('takes what js-libp2p listens on', async () => {
    const ws = transport()
    const good = ['/ip4/127.0.0.1/tcp/0/ws', '/ip6/::1/tcp/0/ws', '/dns4/localhost/tcp/0/wss', '/ip4/127.0.0.1/tcp/0/tls/ws', '/dns/a.test/ws', '/ip4/1.2.3.4/tcp/1/tls/sni/a.test/ws'].map(ma => multiaddr(ma))
    const bad = ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/udp/0/quic-v1', '/memory/1'].map(ma => multiaddr(ma))
    expect(ws.listenFilter([...good, ...bad])).to.deep.equal(good)
    expect(ws.dialFilter([...good, ...bad])).to.deep.equal(good)
  })

  describe('that shares a port', () => {
    it('gets what comes for its path', async () => {
      const port = await unusedPort()
      const shared = webSockets()
      const nodes = await Promise.all(['/http-path/a', '/http-path/b%2Fc', ''].map(async path => {
        const upgrader = new TestUpgrader()
        const listener = shared(components()).createListener({ upgrader })
        listeners.add(listener)
        await listener.listen(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws${path}`))

        return { listener, upgrader, path }
      }))

      for (const { listener, upgrader, path } of nodes) {
        expect(listener.getAddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws${path}`])
        const { near } = await connect(transport(), listener, upgrader)
        expect(nodes.map(node => node.upgrader.inbound.length)).to.deep.equal([0, 0, 0])
        await near.close()
      }

      // Closed, it leaves the others as they are.
      await nodes[2]?.listener.close()
      await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws/http-path/d`)).to.eventually.be.rejected().with.property('status', 404)
      const { near } = await connect(transport(), nodes[0]?.listener ?? expect.fail(), nodes[0]?.upgrader ?? expect.fail())
      await near.close()
    })

    it('needs a path of its own', async () => {
      const port = await unusedPort()
      const shared = webSockets()
      const listener = shared(components()).createListener({ upgrader: new TestUpgrader() })
      listeners.add(listener)
      await listener.listen(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws/http-path/a`))
      const other = shared(components()).createListener({ upgrader: new TestUpgrader() })
      await expect(other.listen(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws/http-path/a`))).to.eventually.be.rejected()
        .with.property('name', 'InvalidValueError')
    })
  })

  describe('that is closed', () => {
    it('ends silent sockets of every kind, and its open connections, in time', async () => {
      const { listener, upgrader, port } = await listen({ closeTimeout: 50 })
      const silent = net.connect(port, '127.0.0.1')
      const half = net.connect(port, '127.0.0.1')
      half.write('GET / HTTP/1.1\r\n')
      const [raw, far] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
      // Answers no close frame.
      raw.socket.pause()
      far.send(new Uint8Array(1024 * 1024))
      const ends = [once(silent.resume(), 'close'), once(half.resume(), 'close'), event(far, 'close')]

      await Promise.all([listener.close(), ...ends])
      raw.socket.destroy()
      await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)).to.eventually.be.rejected().with.property('phase', 'tcp')
    })

    it('ends silent TLS sockets, before and after their handshake', async () => {
      const authority = await Authority.create()
      const { listener, port } = await listen({ https: await authority.issue({ ip: ['127.0.0.1'] }) }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const half = net.connect(port, '127.0.0.1').resume()
      half.write(Buffer.of(22, 3, 1))
      const silent = tls.connect({ port, host: '127.0.0.1', ca: authority.ca }).resume()
      await once(silent, 'secureConnect')
      const ends = [half, silent].map(async socket => {
        socket.on('error', () => {})
        await new Promise(resolve => { socket.once('close', resolve) })
      })
      await Promise.all([listener.close(), ...ends])
    })

    it('ends sockets that are no WebSocket before it waits for those that are', async () => {
      const { listener, upgrader, port } = await listen({ closeTimeout: 3_600_000 })
      const [raw] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
      const silent = net.connect(port, '127.0.0.1')
      await once(silent, 'connect')
      const closing = listener.close()
      await once(silent.resume(), 'close')
      raw.socket.destroy()
      await closing
    })

    it('does not wait for a layer that has taken the channel and reads no more', async () => {
      const { listener, upgrader, port } = await listen({ closeTimeout: 50 })
      const [raw, far] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
      const channel = channelOf(far)
      const read = Promise.withResolvers<void>()
      channel.handler = {
        onData () {
          channel.pause()
          read.resolve()
        },
        onDrain () {},
        onEnd () {},
        onClose () {}
      }
      channel.resume()
      raw.send({ masked: true, payload: new Uint8Array(1) }, { masked: true, payload: new Uint8Array(1) })
      await read.promise
      await listener.close()
      await raw.closed
    })

    it('says goodbye to those who listen', async () => {
      const { listener, upgrader } = await listen({})
      const { near } = await connect(transport(), listener, upgrader)
      const closed = event(near, 'close')
      await listener.close()
      expect(await closed).to.include({ code: 1000, error: undefined })
    })

    it('ends upgrades under way', async () => {
      const { listener, upgrader } = await listen({})
      const aborted = Promise.withResolvers<Error>()
      upgrader.onInbound = async (_, { signal }) => {
        await new Promise(resolve => { signal.addEventListener('abort', resolve) })
        aborted.resolve(signal.reason)
        throw signal.reason
      }
      await connect(transport(), listener, upgrader)
      await listener.close()
      expect(await aborted.promise).to.have.property('name', 'ClosedError')
    })

    it('while it begins to listen, does not', async () => {
      const port = await unusedPort()
      const listener = transport().createListener({ upgrader: new TestUpgrader() })
      const listening = listener.listen(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`))
      await Promise.all([
        listener.close(),
        expect(listening).to.eventually.be.rejected().with.property('name', 'ClosedError')
      ])
      // The port is free.
      await listen({}, `/ip4/127.0.0.1/tcp/${port}/ws`)
    })
  })

  describe('for pages', () => {
    it('takes them from the origins it is told', async () => {
      for (const allowedOrigins of [['https://good.test'], (origin: string) => origin.endsWith('good.test')]) {
        const { port } = await listen({ allowedOrigins })
        const bad = RawWebSocket.connect(port, { headers: 'Origin: https://bad.test\r\n' })
        await expect(bad).to.eventually.be.rejectedWith('403')
        const good = await RawWebSocket.connect(port, { headers: 'Origin: https://good.test\r\n' })
        good.socket.destroy()
        const none = await RawWebSocket.connect(port)
        none.socket.destroy()
      }
    })

    it('answers other requests by its handler', async () => {
      const { port } = await listen({ requestHandler: (_, response) => { response.end('hello') } })
      const response = await fetch(`http://127.0.0.1:${port}/`)
      expect(await response.text()).to.equal('hello')
    })

    it('answers other requests with 426', async () => {
      const { port } = await listen({})
      const response = await fetch(`http://127.0.0.1:${port}/`)
      expect(response.status).to.equal(426)
      expect(response.headers.get('upgrade')).to.equal('websocket')
    })
  })

  describe('on a server that is there already', () => {
    it('takes its own upgrades and leaves the rest', async () => {
      const server = http.createServer((_, response) => { response.end('mine') })
      server.on('upgrade', (request, socket) => {
        if (request.url === '/other') {
          socket.end('HTTP/1.1 418 teapot\r\n\r\n')
        }
      })
      const port = await serve(server)
      const { listener, upgrader } = await listen({ server }, '/ip4/127.0.0.1/tcp/0/ws/http-path/node')
      expect(listener.getAddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws/http-path/node`])

      const { near } = await connect(transport(), listener, upgrader)
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).to.equal('mine')
      await expect(RawWebSocket.connect(port, { path: '/other' })).to.eventually.be.rejectedWith('418')

      const closed = event(near, 'close')
      await listener.close()
      await closed
      expect(server.listening).to.equal(true)
    })

    it('answers 404 where nobody else would answer', async () => {
      const server = http.createServer()
      const port = await serve(server)
      await listen({ server }, '/ip4/127.0.0.1/tcp/0/ws/http-path/node')
      await expect(RawWebSocket.connect(port, { path: '/x' })).to.eventually.be.rejectedWith('404')
    })

    it('has its addresses once that server listens', async () => {
      const server = http.createServer()
      const upgrader = new TestUpgrader()
      const listener = transport({ server }).createListener({ upgrader })
      listeners.add(listener)
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      expect(listener.getAddrs()).to.deep.equal([])

      const listening = event(listener as unknown as EventTarget, 'listening')
      const port = await serve(server)
      await listening
      expect(listener.getAddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws`])
    })

    it('shares it with other transports', async () => {
      const server = http.createServer()
      await serve(server)
      const nodes = await Promise.all(['a', 'b'].map(async path => listen({ server }, `/ip4/127.0.0.1/tcp/0/ws/http-path/${path}`)))

      for (const { listener, upgrader } of nodes) {
        const { near } = await connect(transport(), listener, upgrader)
        await near.close()
      }
    })

    it('has limits, by the client\'s address where a trusted proxy tells it', async () => {
      const server = http.createServer()
      const port = await serve(server)
      const { upgrader } = await listen({ server, trustedProxies: ['127.0.0.1'], maxConnectionsPerAddress: 1 })
      const first = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })
      expect(String((await upgrader.nextInbound()).remoteAddr)).to.equal('/ip4/192.0.2.1/tcp/0/ws')
      await expect(RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })).to.eventually.be.rejectedWith('503')
      const other = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.2\r\n' })
      first.socket.destroy()
      other.socket.destroy()
    })

    it('does not count what it refused', async () => {
      const server = http.createServer()
      const port = await serve(server)
      await listen({ server, maxPendingConnections: 5, allowedOrigins: [] })

      for (let i = 0; i < 10; i++) {
        await expect(RawWebSocket.connect(port, { headers: 'Origin: https://bad.test\r\n' })).to.eventually.be.rejectedWith('403')
      }

      const raw = await RawWebSocket.connect(port)
      raw.socket.destroy()
    })

    it('ends a connection that is not secured in time', async () => {
      const server = http.createServer()
      const port = await serve(server)
      const { upgrader } = await listen({ server, inboundUpgradeTimeout: 20 })
      upgrader.onInbound = async () => { await new Promise(() => {}) }
      const raw = await RawWebSocket.connect(port)
      raw.socket.resume()
      await raw.closed
    })

    it('may be behind TLS', async () => {
      const authority = await Authority.create()
      const server = https.createServer(await authority.issue({ ip: ['127.0.0.1'] }))
      await serve(server)
      const { listener, upgrader } = await listen({ server }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const { near, far } = await connect(transport({ tls: { ca: authority.ca } }), listener, upgrader)
      expect(String(far.remoteAddr)).to.match(/\/tls\/ws$/)
      await near.close()
    })
  })

  describe('behind a proxy', () => {
    const header = 'X-Forwarded-For: 203.0.113.66, 192.0.2.1\r\n'

    it('has the client\'s address from a trusted one', async () => {
      const { upgrader, port } = await listen({ trustedProxies: ['127.0.0.0/8'] })
      const [raw, maConn] = await Promise.all([RawWebSocket.connect(port, { headers: header }), upgrader.nextInbound()])
      expect(String(maConn.remoteAddr)).to.equal('/ip4/192.0.2.1/tcp/0/ws')
      raw.socket.destroy()
    })

    it('does not believe anybody else', async () => {
      for (const trustedProxies of [[], ['10.0.0.0/8']]) {
        const { upgrader, port } = await listen({ trustedProxies })
        const [raw, maConn] = await Promise.all([RawWebSocket.connect(port, { headers: header }), upgrader.nextInbound()])
        expect(String(maConn.remoteAddr)).to.equal(`/ip4/127.0.0.1/tcp/${raw.socket.localPort}/ws`)
        raw.socket.destroy()
      }
    })

    it('counts by the client\'s address', async () => {
      const { port } = await listen({ trustedProxies: ['127.0.0.1'], maxConnectionsPerAddress: 1, maxPendingConnectionsPerAddress: 1 })
      const first = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })
      await expect(RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })).to.eventually.be.rejectedWith('503')
      const other = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.2\r\n' })
      first.socket.destroy()
      other.socket.destroy()
    })

    it('reads a PROXY header of a trusted one, in whatever pieces it comes', async () => {
      const { upgrader, port } = await listen({ trustedProxies: ['127.0.0.1'], clientAddressFrom: 'proxy-protocol' })
      const socket = net.connect(port, '127.0.0.1')
      socket.setNoDelay(true)

      for (const piece of ['PRO', 'XY TCP4 192.0.2.1 127.0.0.1 56324 ', '443\r', '\nGET / HTTP/1.1\r\nHost: x\r\n', 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n']) {
        socket.write(piece)
        await new Promise(resolve => { setImmediate(resolve) })
      }

      const maConn = await upgrader.nextInbound()
      expect(String(maConn.remoteAddr)).to.equal('/ip4/192.0.2.1/tcp/56324/ws')
      socket.destroy()
    })

    it('wants a PROXY header of a trusted one, and none of others', async () => {
      const trusting = await listen({ trustedProxies: ['127.0.0.1'], clientAddressFrom: 'proxy-protocol' })
      await expect(RawWebSocket.connect(trusting.port)).to.eventually.be.rejected()

      const others = await listen({ trustedProxies: ['10.0.0.1'], clientAddressFrom: 'proxy-protocol' })
      const socket = net.connect(others.port, '127.0.0.1')
      socket.write('PROXY TCP4 192.0.2.1 127.0.0.1 56324 443\r\nGET / HTTP/1.1\r\n\r\n')
      const [answer] = await once(socket, 'data')
      expect(String(answer)).to.match(/^HTTP\/1.1 400/)
      socket.destroy()
    })
  })
})
