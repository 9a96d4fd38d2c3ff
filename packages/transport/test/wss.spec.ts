import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Authority, FINDS_IPV6 } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { collect } from './fixtures/streams.ts'
import { connect, dial, transport, unusedPort } from './fixtures/transport.ts'
import type { Certificate } from './fixtures/certificates.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener } from '@libp2p/interface'
import type { AddressInfo } from 'node:net'

describe('wss', () => {
  const listeners: Listener[] = []
  let authority: Authority
  let certificate: Certificate

  before(async () => {
    authority = await Authority.create()
    certificate = await authority.issue({ dns: ['localhost', 'name.test'], ip: ['127.0.0.1', '::1'] })
  })

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map(listener => listener.close()))
  })

  async function listen (address: string, init: WebSocketsInit = {}): Promise<{ listener: Listener, upgrader: TestUpgrader, port: number }> {
    const upgrader = new TestUpgrader()
    const listener = transport({ https: certificate, ...init }).createListener({ upgrader })
    listeners.push(listener)
    await listener.listen(multiaddr(address))
    const port = Number(listener.getAddrs()[0]?.getComponents().find(({ name }) => name === 'tcp')?.value)

    return { listener, upgrader, port }
  }

  const itListensOn = (address: string): void => {
    it(`listens on ${address} and is dialed there`, async function () {
      if (address.startsWith('/ip6') && !FINDS_IPV6) {
        process.stdout.write('skipped: no IPv6 in certificates of this Node\n')
        this.skip()
      }

      const { listener, upgrader } = await listen(address)
      expect(String(listener.getAddrs()[0])).to.match(/\/tls\/ws$/)

      const { near, far } = await connect(transport({ tls: { ca: authority.ca } }), listener, upgrader)
      const bytes = new Uint8Array(1024 * 1024).fill(9)
      const received = collect(far, bytes.byteLength)
      near.send(bytes)
      expect(await received).to.equalBytes(bytes)
      expect(far.remoteAddr.toString()).to.match(/^\/ip[46]\/(127\.0\.0\.1|::1)\/tcp\/\d+\/tls\/ws$/)
      await near.close()
    })
  }

  itListensOn('/ip4/127.0.0.1/tcp/0/tls/ws')
  itListensOn('/ip4/127.0.0.1/tcp/0/wss')
  itListensOn('/ip6/::1/tcp/0/tls/ws')
  itListensOn('/dns4/localhost/tcp/0/tls/ws')

  it('refuses a certificate of an unknown authority', async () => {
    const { port } = await listen('/ip4/127.0.0.1/tcp/0/tls/ws')
    await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${port}/tls/ws`)).to.eventually.be.rejected()
      .with.property('phase', 'tls')
  })

  it('refuses a certificate for another name', async () => {
    const { port } = await listen('/ip4/127.0.0.1/tcp/0/tls/ws')
    const err: any = await dial(transport({ tls: { ca: authority.ca } }), `/ip4/127.0.0.1/tcp/${port}/tls/sni/other.test/ws`)
      .catch(err => err)
    expect(err).to.include({ name: 'WebSocketConnectError', phase: 'tls', url: `wss://other.test:${port}` })
    expect(err.cause).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID')
  })

  it('does not check certificates when told so', async () => {
    const { port } = await listen('/ip4/127.0.0.1/tcp/0/tls/ws')
    const maConn = await dial(transport({ tls: { rejectUnauthorized: false } }), `/ip4/127.0.0.1/tcp/${port}/tls/sni/other.test/ws`)
    await maConn.close()
  })

  it('asks the caller\'s checkServerIdentity', async () => {
    const { port } = await listen('/ip4/127.0.0.1/tcp/0/tls/ws')
    const names: string[] = []
    const dialer = transport({
      tls: {
        ca: authority.ca,
        checkServerIdentity: name => {
          names.push(name)
          return new Error('not that one')
        }
      }
    })
    await expect(dial(dialer, `/ip4/127.0.0.1/tcp/${port}/tls/ws`)).to.eventually.be.rejectedWith('not that one')
    expect(names).to.deep.equal(['127.0.0.1'])
  })

  it('shows a client certificate', async () => {
    const { port } = await listen('/ip4/127.0.0.1/tcp/0/tls/ws', {
      https: { ...certificate, ca: authority.ca, requestCert: true, rejectUnauthorized: true }
    })
    const address = `/ip4/127.0.0.1/tcp/${port}/tls/ws`
    await expect(dial(transport({ tls: { ca: authority.ca } }), address)).to.eventually.be.rejected()
      .with.property('name', 'WebSocketConnectError')

    const client = await authority.issue({ dns: ['client.test'] })
    const maConn = await dial(transport({ tls: { ca: authority.ca, ...client } }), address)
    await maConn.close()
  })

  it('dials the IP of an address with SNI, and puts the name in SNI, Host and the certificate check', async () => {
    let seen: { host: string | undefined, servername: string | false | undefined, path: string | undefined } | undefined
    const server = https.createServer(certificate)
    server.on('upgrade', (request, socket) => {
      seen = { host: request.headers.host, servername: (request.socket as any).servername, path: request.url }
      socket.end('HTTP/1.1 418 no\r\n\r\n')
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    const { port } = server.address() as AddressInfo

    try {
      await expect(dial(transport({ tls: { ca: authority.ca } }), `/ip4/127.0.0.1/tcp/${port}/tls/sni/name.test/ws`))
        .to.eventually.be.rejected().with.property('status', 418)
      expect(seen).to.deep.equal({ host: `name.test:${port}`, servername: 'name.test', path: '/' })
    } finally {
      server.close()
    }
  })

  it('sends the caller\'s headers', async () => {
    let seen: http.IncomingHttpHeaders | undefined
    const server = http.createServer()
    server.on('upgrade', (request, socket) => {
      seen = request.headers
      socket.end('HTTP/1.1 403 no\r\n\r\n')
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    const { port } = server.address() as AddressInfo

    try {
      await expect(dial(transport({ headers: { Authorization: 'Bearer abc' } }), `/ip4/127.0.0.1/tcp/${port}/ws`))
        .to.eventually.be.rejected().with.property('status', 403)
      expect(seen).to.include({ authorization: 'Bearer abc', upgrade: 'websocket' })
      expect(seen).to.not.have.property('sec-websocket-extensions')
    } finally {
      server.close()
    }
  })

  it('does not follow a redirect', async () => {
    const server = http.createServer()
    server.on('upgrade', (_, socket) => { socket.end('HTTP/1.1 302 over there\r\nLocation: ws://127.0.0.1:1/\r\n\r\n') })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    try {
      await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}/ws`))
        .to.eventually.be.rejected().with.property('status', 302)
    } finally {
      server.close()
    }
  })

  it('does not serve TLS where only /ws is listened on, nor plain where only /tls/ws is', async () => {
    const plain = await listen('/ip4/127.0.0.1/tcp/0/ws')
    const secure = await listen('/ip4/127.0.0.1/tcp/0/tls/ws')
    await expect(dial(transport({ tls: { ca: authority.ca } }), `/ip4/127.0.0.1/tcp/${plain.port}/tls/ws`)).to.eventually.be.rejected()
      .with.property('phase', 'tls')
    await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${secure.port}/ws`)).to.eventually.be.rejected()
      .with.property('phase', 'upgrade')
  })

  it('says how far a dial has come', async () => {
    const { port } = await listen('/dns4/localhost/tcp/0/tls/ws')
    const phases: string[] = []
    const maConn = await dial(transport({ tls: { ca: authority.ca } }), `/dns4/localhost/tcp/${port}/tls/ws`, {
      onProgress: ({ type }) => { phases.push(type) }
    })
    expect(phases).to.deep.equal([
      'websockets:open-connection',
      'websockets:resolved',
      'websockets:tcp-connected',
      'websockets:tls-connected',
      'websockets:upgraded'
    ])
    await maConn.close()
  })
})

describe('a dial that fails', () => {
  const servers: net.Server[] = []

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close()
    }
  })

  async function serve (onSocket: (socket: net.Socket) => void): Promise<number> {
    const server = net.createServer(socket => {
      socket.on('error', () => {})
      onSocket(socket)
    })
    servers.push(server)
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    return (server.address() as AddressInfo).port
  }

  it('names the phase', async () => {
    const closed = await serve(socket => { socket.destroy() })
    const nobody = await unusedPort()

    expect(await failure('/dns4/no-such-name.invalid/tcp/1/ws')).to.include({ phase: 'resolve' })
    expect(await failure(`/ip4/127.0.0.1/tcp/${nobody}/ws`)).to.include({ phase: 'tcp', name: 'WebSocketConnectError', code: 'ERR_WEBSOCKET_CONNECT' })
    expect(await failure(`/ip4/127.0.0.1/tcp/${closed}/tls/ws`)).to.include({ phase: 'tls' })
    expect(await failure(`/ip4/127.0.0.1/tcp/${closed}/ws`)).to.include({ phase: 'upgrade' })
  })

  it('closes its socket when the signal aborts, in each phase', async () => {
    for (const scheme of ['ws', 'tls/ws']) {
      const accepted = Promise.withResolvers<net.Socket>()
      const port = await serve(accepted.resolve)
      const controller = new AbortController()
      const dialing = dial(transport(), `/ip4/127.0.0.1/tcp/${port}/${scheme}`, { signal: controller.signal }).catch(err => err)
      const socket = await accepted.promise
      const ended = new Promise(resolve => socket.once('close', resolve))
      socket.resume()
      controller.abort(new Error('enough'))
      expect(await dialing).to.have.property('message', 'enough')
      await ended
    }
  })

  it('closes its socket when the handshake takes too long', async () => {
    const accepted = Promise.withResolvers<net.Socket>()
    const port = await serve(accepted.resolve)
    const dialing = dial(transport({ handshakeTimeout: 50 }), `/ip4/127.0.0.1/tcp/${port}/ws`).catch(err => err)
    const socket = await accepted.promise
    const ended = new Promise(resolve => socket.once('close', resolve))
    socket.resume()
    const err = await dialing
    expect(err).to.include({ name: 'WebSocketConnectError', phase: 'upgrade' })
    expect(err.cause).to.have.property('name', 'TimeoutError')
    await ended
  })

  it('closes its socket when the upgrader fails', async () => {
    const upgrader = new TestUpgrader()
    const listener = transport().createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
    const failing = new TestUpgrader()
    failing.upgradeOutbound = async () => { throw new Error('no common protocol') }

    const [address] = listener.getAddrs()
    const dialing = transport().dial(address ?? multiaddr(), { upgrader: failing, signal: AbortSignal.timeout(5_000) }).catch(err => err)
    const far = await upgrader.nextInbound()
    const closed = new Promise(resolve => { far.addEventListener('close', resolve) })
    expect(await dialing).to.have.property('message', 'no common protocol')
    await closed
    await listener.close()
  })

  async function failure (address: string): Promise<Error> {
    return dial(transport(), address).then(() => { throw new Error('connected') }, err => err)
  }
})
