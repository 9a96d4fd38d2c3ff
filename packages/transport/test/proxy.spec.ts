import http from 'node:http'
import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { httpProxy, socks4Proxy, socks5Proxy } from './fixtures/proxies.ts'
import { collect } from './fixtures/streams.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { TestProxy } from './fixtures/proxies.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener } from '@libp2p/interface'
import type { AddressInfo } from 'node:net'

const VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'all_proxy', 'no_proxy']

describe('a dial through a proxy', () => {
  const environment = Object.fromEntries(VARIABLES.map(name => [name, process.env[name]]))
  let authority: Authority
  let plain: Listener
  let secure: Listener
  let proxy: TestProxy

  before(async () => {
    authority = await Authority.create()
    const upgrader = new TestUpgrader()
    upgrader.onInbound = async maConn => { maConn.addEventListener('message', ({ data }) => { maConn.send(data) }) }
    const certificate = await authority.issue({ dns: ['name.test'], ip: ['127.0.0.1'] })
    plain = transport().createListener({ upgrader })
    secure = transport({ https: certificate }).createListener({ upgrader })
    await plain.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
    await secure.listen(multiaddr('/ip4/127.0.0.1/tcp/0/tls/ws'))
  })

  after(async () => {
    await Promise.all([plain.close(), secure.close()])
  })

  beforeEach(() => {
    for (const name of VARIABLES) {
      delete process.env[name]
    }
  })

  afterEach(() => {
    proxy?.close()

    for (const [name, value] of Object.entries(environment)) {
      if (value === undefined) {
        delete process.env[name]
      } else {
        process.env[name] = value
      }
    }
  })

  async function expectEcho (init: WebSocketsInit, address: string): Promise<void> {
    const maConn = await dial(transport({ tls: { ca: authority.ca }, ...init }), address)
    const echoed = collect(maConn, 3)
    maConn.send(Uint8Array.of(1, 2, 3))
    expect(await echoed).to.equalBytes(Uint8Array.of(1, 2, 3))
    await maConn.close()
  }

  it('over HTTP', async () => {
    proxy = await httpProxy()
    await expectEcho({ proxy: `http://127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(plain)}/ws`)
    await expectEcho({ proxy: `http://me:p%40ss@127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(secure)}/tls/ws`)
    expect(proxy.asked).to.deep.equal([
      { authority: `name.test:${portOf(plain)}`, credentials: undefined },
      { authority: `name.test:${portOf(secure)}`, credentials: `Basic ${btoa('me:p@ss')}` }
    ])
  })

  it('over HTTPS', async () => {
    proxy = await httpProxy(await authority.issue({ ip: ['127.0.0.1'] }))
    await expectEcho({ proxy: `https://127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(secure)}/tls/ws`)
    expect(proxy.asked).to.have.length(1)
  })

  it('over SOCKS5, which resolves the name', async () => {
    proxy = await socks5Proxy()
    await expectEcho({ proxy: `socks5://127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(plain)}/ws`)
    await expectEcho({ proxy: `socks5://me:secret@127.0.0.1:${proxy.port}` }, `/ip4/198.18.0.1/tcp/${portOf(secure)}/tls/sni/name.test/ws`)
    expect(proxy.asked).to.deep.equal([
      { authority: `name.test:${portOf(plain)}`, credentials: undefined },
      { authority: `198.18.0.1:${portOf(secure)}`, credentials: 'me:secret' }
    ])
  })

  it('over SOCKS4 and SOCKS4a, which has names', async () => {
    proxy = await socks4Proxy()
    await expectEcho({ proxy: `socks4://me@127.0.0.1:${proxy.port}` }, `/ip4/198.18.0.1/tcp/${portOf(plain)}/ws`)
    await expectEcho({ proxy: `socks4a://127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(secure)}/tls/ws`)
    expect(proxy.asked).to.deep.equal([
      { authority: `198.18.0.1:${portOf(plain)}`, credentials: 'me' },
      { authority: `name.test:${portOf(secure)}`, credentials: undefined }
    ])
  })

  it('that the environment names', async () => {
    proxy = await httpProxy()
    process.env['HTTP_PROXY'] = `http://127.0.0.1:${proxy.port}`
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${proxy.port}`
    await expectEcho({}, `/dns4/name.test/tcp/${portOf(plain)}/ws`)
    await expectEcho({}, `/dns4/name.test/tcp/${portOf(secure)}/tls/ws`)
    expect(proxy.asked).to.have.length(2)
  })

  it('that the environment names for all, in small letters as well', async () => {
    proxy = await socks5Proxy()

    for (const name of ['ALL_PROXY', 'all_proxy', 'http_proxy', 'https_proxy']) {
      process.env[name] = `socks5://127.0.0.1:${proxy.port}`
      await (name.startsWith('https') ? expectEcho({}, `/dns4/name.test/tcp/${portOf(secure)}/tls/ws`) : expectEcho({}, `/dns4/name.test/tcp/${portOf(plain)}/ws`))
      delete process.env[name]
    }

    expect(proxy.asked).to.have.length(4)
  })

  it('of the options comes before those of the environment', async () => {
    proxy = await httpProxy()
    process.env['ALL_PROXY'] = 'http://127.0.0.1:1'
    process.env['NO_PROXY'] = '*'
    await expectEcho({ proxy: `http://127.0.0.1:${proxy.port}` }, `/dns4/name.test/tcp/${portOf(plain)}/ws`)
    expect(proxy.asked).to.have.length(1)
  })

  it('gets port 80 and 443 where the address has none, and the server no port in Host', async () => {
    proxy = await httpProxy()
    const hosts: Array<string | undefined> = []
    const server = http.createServer().on('upgrade', ({ headers }, socket) => {
      hosts.push(headers.host)
      socket.end('HTTP/1.1 418 no\r\n\r\n')
    })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    proxy.ports.set(80, (server.address() as AddressInfo).port).set(443, portOf(secure))
    const url = `http://127.0.0.1:${proxy.port}`

    await expect(dial(transport({ proxy: url }), '/dns4/name.test/ws')).to.eventually.be.rejected().with.property('status', 418)
    await expectEcho({ proxy: url }, '/dns4/name.test/tls/ws')
    await expectEcho({ proxy: url }, '/dns/name.test/wss')
    expect(proxy.asked.map(({ authority }) => authority)).to.deep.equal(['name.test:80', 'name.test:443', 'name.test:443'])
    expect(hosts).to.deep.equal(['name.test'])
    server.close()
  })

  it('gets IPv6 addresses', async () => {
    proxy = await httpProxy()
    await expectEcho({ proxy: `http://127.0.0.1:${proxy.port}` }, `/ip6/2001:db8::1/tcp/${portOf(plain)}/ws`)
    expect(proxy.asked).to.deep.equal([{ authority: `[2001:db8::1]:${portOf(plain)}`, credentials: undefined }])
    proxy.close()

    proxy = await socks5Proxy()
    await expectEcho({ proxy: `socks5://127.0.0.1:${proxy.port}` }, `/ip6/2001:db8::1/tcp/${portOf(plain)}/ws`)
    expect(proxy.asked).to.deep.equal([{ authority: `[2001:db8:0:0:0:0:0:1]:${portOf(plain)}`, credentials: undefined }])
  })

  it('is none for loopback, for NO_PROXY and when switched off', async () => {
    proxy = await httpProxy()
    process.env['ALL_PROXY'] = `http://127.0.0.1:${proxy.port}`
    await expectEcho({}, `/ip4/127.0.0.1/tcp/${portOf(plain)}/ws`)
    await expectEcho({ proxy: false }, `/dns4/localhost/tcp/${portOf(plain)}/ws`)
    process.env['NO_PROXY'] = '198.18.0.0,.invalid'
    await expect(dial(transport(), `/dns4/name.invalid/tcp/${portOf(plain)}/ws`)).to.eventually.be.rejected()
      .with.property('phase', 'resolve')
    expect(proxy.asked).to.have.length(0)
  })

  it('says that the proxy refuses', async () => {
    proxy = await httpProxy(undefined, 407)
    const dialing = dial(transport({ proxy: `http://127.0.0.1:${proxy.port}` }), '/dns4/name.test/tcp/1/ws')
    await expect(dialing).to.eventually.be.rejectedWith('the proxy answered 407').with.property('phase', 'tcp')
  })

  const itClosesItsSocket = (scheme: string): void => {
    it(`closes its socket when it is given up, over ${scheme}`, async () => {
      const accepted = Promise.withResolvers<net.Socket>()
      const silent = net.createServer(accepted.resolve)
      await new Promise<void>(resolve => { silent.listen(0, '127.0.0.1', resolve) })
      const { port } = silent.address() as AddressInfo
      const controller = new AbortController()
      const dialing = dial(transport({ proxy: `${scheme}://127.0.0.1:${port}` }), '/dns4/name.test/tcp/1/ws', { signal: controller.signal }).catch(err => err)
      const socket = await accepted.promise
      const closed = new Promise(resolve => socket.resume().once('close', resolve))
      controller.abort(new Error('enough'))
      expect(await dialing).to.have.property('message', 'enough')
      await closed
      silent.close()
    })
  }

  itClosesItsSocket('http')
  itClosesItsSocket('socks4')
  itClosesItsSocket('socks5')

  it('wants a URL that it knows', () => {
    for (const url of ['', 'localhost:80', 'ftp://a', 'http://']) {
      expect(() => webSockets({ proxy: url }), url).to.throw().with.property('name', 'InvalidValueError')
    }
  })

  it('does not say the password in an error', async () => {
    process.env['ALL_PROXY'] = 'ftp://me:secret@127.0.0.1:1'
    const err: any = await dial(transport(), '/dns4/name.test/tcp/1/ws').catch(err => err)
    expect(err).to.have.property('phase', 'resolve')
    expect(`${err.message}${err.cause.message}${err.cause.value}`).to.not.include('secret')
  })
})
