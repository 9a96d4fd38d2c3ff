import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Authority } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { RawWebSocket } from './fixtures/raw-web-socket.ts'
import { haproxy, nginx } from './fixtures/reverse-proxies.ts'
import { collect } from './fixtures/streams.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { ReverseProxy, ReverseProxyInit } from './fixtures/reverse-proxies.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener } from '@libp2p/interface'

const PATHS = ['/a', '/b', '/c/d']

interface Node {
  path: string
  listener: Listener
  upgrader: TestUpgrader
}

const PROXIES: Array<{ name: string, init: WebSocketsInit, port: RegExp, start(init: ReverseProxyInit): Promise<ReverseProxy | undefined> }> = [
  { name: 'nginx', init: {}, port: /^0$/, start: nginx },
  { name: 'HAProxy', init: {}, port: /^0$/, start: async init => haproxy(init, 'option forwardfor') },
  {
    name: 'HAProxy that sends Forwarded',
    init: { clientAddressFrom: 'forwarded' },
    port: /^0$/,
    start: async init => haproxy(init, 'http-request set-header Forwarded for=%[src]')
  },
  {
    name: 'HAProxy that sends PROXY version 1',
    init: { clientAddressFrom: 'proxy-protocol' },
    port: /^[1-9]/,
    start: async init => haproxy(init, 'send-proxy')
  },
  {
    name: 'HAProxy that sends PROXY version 2',
    init: { clientAddressFrom: 'proxy-protocol' },
    port: /^[1-9]/,
    start: async init => haproxy(init, 'send-proxy-v2')
  }
]

for (const { name, init, port, start } of PROXIES) {
  describe(`three nodes behind ${name}`, () => {
    const nodes: Node[] = []
    let authority: Authority
    let proxy: ReverseProxy

    before(async function () {
      authority = await Authority.create()

      for (const path of PATHS) {
        const upgrader = new TestUpgrader()
        const listener = transport({ ...init, trustedProxies: ['127.0.0.1'] }).createListener({ upgrader })
        await listener.listen(multiaddr(`/ip4/127.0.0.1/tcp/0/ws/http-path/${encodeURIComponent(path.slice(1))}`))
        nodes.push({ path, listener, upgrader })
      }

      const started = await start({
        certificate: await authority.issue({ dns: ['name.test'] }),
        backends: Object.fromEntries(nodes.map(({ path, listener }) => [path, portOf(listener)]))
      })

      if (started === undefined) {
        process.stdout.write(`skipped: no ${name.split(' ')[0]?.toLowerCase()}\n`)
        this.skip()
      }

      proxy = started ?? expect.fail()
    })

    after(async () => {
      await Promise.all(nodes.map(async ({ listener }) => listener.close()))
      await proxy?.close()
    })

    const itReaches = (scheme: 'ws' | 'tls/sni/name.test/ws'): void => {
      it(`are reached by path over /${scheme}`, async () => {
        const dialer = transport({ tls: { ca: authority.ca } })
        const { plain, secure } = proxy.ports

        for (const { path, upgrader } of nodes) {
          const near = await dial(dialer, `/ip4/127.0.0.1/tcp/${scheme === 'ws' ? plain : secure}/${scheme}/http-path/${encodeURIComponent(path.slice(1))}`)
          const far = await upgrader.nextInbound()
          const bytes = new Uint8Array(1024 * 1024).map((_, index) => index * 31)
          const received = collect(far, bytes.byteLength)
          const answered = collect(near, bytes.byteLength)
          near.send(bytes)
          far.send(bytes)
          expect(await received).to.equalBytes(bytes)
          expect(await answered).to.equalBytes(bytes)

          const [ip, tcp] = far.remoteAddr.getComponents()
          expect(ip?.value).to.equal('127.0.0.1')
          expect(tcp?.value).to.match(port)
          await near.close()
        }
      })
    }

    itReaches('ws')
    itReaches('tls/sni/name.test/ws')

    it('are not reached by another path', async () => {
      await expect(dial(transport(), `/ip4/127.0.0.1/tcp/${proxy.ports.plain}/ws/http-path/x`)).to.eventually.be.rejected()
        .with.property('status').that.is.oneOf([404, 503])
    })

    it('cannot be told another address by the client', async () => {
      const [raw, far] = await Promise.all([
        RawWebSocket.connect(proxy.ports.plain, {
          path: '/a',
          headers: 'X-Forwarded-For: 203.0.113.66\r\nForwarded: for=203.0.113.66\r\n',
          localAddress: '127.0.0.2'
        }),
        nodes[0]?.upgrader.nextInbound() ?? expect.fail()
      ])
      expect(far.remoteAddr.getComponents()[0]?.value).to.equal('127.0.0.2')
      raw.socket.destroy()
    })
  })
}
