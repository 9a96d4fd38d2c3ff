import { once } from 'node:events'
import net from 'node:net'
import { expect } from 'aegir/chai'
import { Listeners } from './fixtures/listeners.ts'
import { RawWebSocket } from './fixtures/raw-web-socket.ts'
import { event, until } from './fixtures/streams.ts'
import { connect, dial, transport } from './fixtures/transport.ts'

describe('a listener', () => {
  const listeners = new Listeners()

  afterEach(async () => {
    await listeners.close()
  })

  const listen: Listeners['listen'] = async (...args) => listeners.listen(...args)

  describe('\'s limits', () => {
    it('bound what is pending, in all and for each address', async () => {
      for (const limit of [{ maxPendingConnections: 2 }, { maxPendingConnectionsPerAddress: 2 }]) {
        const { port } = await listen(limit)
        const sockets = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1'))
        // The one too many is closed; the others wait for their first byte.
        await Promise.race(sockets.map(socket => once(socket.resume(), 'close')))
        expect(sockets.filter(socket => !socket.destroyed)).to.have.length(2)
        sockets.forEach(socket => socket.destroy())
      }
    })

    it('count a connection as pending until it is secured', async () => {
      const { listener, upgrader, port } = await listen({ maxPendingConnections: 1 })
      const secured = Promise.withResolvers<void>()
      upgrader.onInbound = async () => { await secured.promise }
      const { near } = await connect(transport(), listener, upgrader)
      await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)).to.eventually.be.rejected()

      secured.resolve()
      await until(() => upgrader.settled)
      const second = await dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)
      await Promise.all([near.close(), second.close()])
    })

    it('bound what is open, and let in again what replaces it', async () => {
      for (const limit of [{ maxConnections: 1 }, { maxConnectionsPerAddress: 1 }]) {
        const { listener, upgrader, port } = await listen(limit)
        const { near, far } = await connect(transport(), listener, upgrader)
        await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)).to.eventually.be.rejected().with.property('status', 503)

        const closed = event(far, 'close')
        await Promise.all([near.close(), closed])
        const again = await dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`)
        await again.close()
      }
    })

    it('are for each address, and not for all of them together', async () => {
      const { port } = await listen({ maxConnectionsPerAddress: 1 })
      const first = await RawWebSocket.connect(port)
      await expect(RawWebSocket.connect(port)).to.eventually.be.rejectedWith('503')
      const other = await RawWebSocket.connect(port, { localAddress: '127.0.0.2' })
      first.socket.destroy()
      other.socket.destroy()
    })

    it('are for each IPv6 /56', async () => {
      const { port } = await listen({ trustedProxies: ['127.0.0.1'], maxConnectionsPerAddress: 1 })
      const connectAs = async (address: string): Promise<RawWebSocket> => RawWebSocket.connect(port, { headers: `X-Forwarded-For: ${address}\r\n` })
      const first = await connectAs('2001:db8:1:200::1')
      await expect(connectAs('2001:db8:1:2ff:1:2:3:4')).to.eventually.be.rejectedWith('503')
      const other = await connectAs('2001:db8:1:300::1')
      first.socket.destroy()
      other.socket.destroy()
    })

    it('let in as many behind a trusted proxy as without', async () => {
      const { port } = await listen({ trustedProxies: ['127.0.0.1'], maxPendingConnections: 1 })
      const raw = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })
      raw.socket.destroy()
    })

    it('count by the address of a PROXY header from its arrival on', async () => {
      const { port } = await listen({ trustedProxies: ['127.0.0.1'], clientAddressFrom: 'proxy-protocol', maxPendingConnectionsPerAddress: 1 })
      const silent = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map(address => {
        const socket = net.connect(port, '127.0.0.1').resume()
        socket.write(`PROXY TCP4 ${address} 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\n`)

        return socket
      })
      // One of the two with the same address; the others wait for the rest of their requests.
      await Promise.race(silent.map(socket => once(socket, 'close')))
      expect(silent.filter(socket => socket.destroyed)).to.have.length(1)
      expect(silent[1]?.destroyed).to.equal(false)
      silent.forEach(socket => socket.destroy())
    })

    it('count a connection that sent plain requests before its upgrade', async () => {
      const { upgrader, port } = await listen({ maxPendingConnections: 1, requestHandler: (_, response) => { response.end('hello') } })
      upgrader.onInbound = async () => { await new Promise(() => {}) }
      const socket = net.connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      await once(socket, 'data')
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
      await upgrader.nextInbound()
      await expect(RawWebSocket.connect(port)).to.eventually.be.rejected()
      socket.destroy()
    })
  })

  describe('\'s deadlines', () => {
    it('end a socket that sends nothing', async () => {
      const { port } = await listen({ firstByteTimeout: 20 })
      await once(net.connect(port, '127.0.0.1').resume(), 'close')
    })

    it('end a socket that does not finish its request', async () => {
      const { port } = await listen({ handshakeTimeout: 20 })
      const socket = net.connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n')
      await once(socket.resume(), 'close')
    })

    it('end a TLS handshake that does not finish', async () => {
      const { port } = await listen({ handshakeTimeout: 20 }, '/ip4/127.0.0.1/tcp/0/tls/ws')
      const socket = net.connect(port, '127.0.0.1')
      socket.write(Buffer.of(22, 3, 1))
      await once(socket.resume(), 'close')
    })

    it('end a connection that is not secured', async () => {
      const { upgrader, port } = await listen({ inboundUpgradeTimeout: 20 })
      let reason: any
      upgrader.onInbound = async (_, { signal }) => {
        await new Promise(resolve => { signal.addEventListener('abort', resolve) })
        reason = signal.reason
        // An upgrader that takes no notice.
        await new Promise(() => {})
      }
      const raw = await RawWebSocket.connect(port)
      await until(() => raw.closeFrame !== undefined)
      expect(raw.closeFrame).to.have.property('code', 4000)
      expect(reason).to.have.property('name', 'TimeoutError')
      raw.socket.destroy()
    })

    it('end a socket that sends its request bit by bit', async () => {
      const { port } = await listen({ handshakeTimeout: 50 })
      await expectEndOfDrip(net.connect(port, '127.0.0.1'), 'GET / HTTP/1.1\r\nX: ')
    })

    it('end a PROXY header that comes bit by bit', async () => {
      const { port } = await listen({ firstByteTimeout: 50, trustedProxies: ['127.0.0.1'], clientAddressFrom: 'proxy-protocol' })
      await expectEndOfDrip(net.connect(port, '127.0.0.1'), 'PROXY UNKNOWN ')
    })

    it('of Node end requests for the handler that come bit by bit, the first and later ones', async () => {
      const http = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 }
      const { port } = await listen({ http, requestHandler: (request, response) => { request.resume().on('end', () => { response.end('hello') }) } })
      const second = net.connect(port, '127.0.0.1')
      second.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      await once(second, 'data')
      await Promise.all([
        expectEndOfDrip(second, 'GET / HTTP/1.1\r\nX: '),
        expectEndOfDrip(net.connect(port, '127.0.0.1'), 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n')
      ])
    })
  })
})

/** Sends `start` and then a byte now and then: whoever waits for a silence waits forever. */
async function expectEndOfDrip (socket: net.Socket, start: string): Promise<void> {
  socket.on('error', () => {})
  socket.write(start)
  const timer = setInterval(() => { socket.write('x') }, 5)
  // Whether with a reset or without.
  await new Promise(resolve => { socket.resume().once('close', resolve) })
  clearInterval(timer)
}
