import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Authority } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { connect, portOf, transport } from './fixtures/transport.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener } from '@libp2p/interface'

describe('HTTP/2 on the port of a listener', () => {
  const upgrader = new TestUpgrader()
  const sessions: http2.ClientHttp2Session[] = []
  let authority: Authority
  let listener: Listener

  before(async () => { authority = await Authority.create() })

  afterEach(async () => {
    sessions.splice(0).forEach(session => { session.destroy() })
    await listener.close()
  })

  async function listen (init: WebSocketsInit = {}, secure = false): Promise<string> {
    listener = transport({
      http2: true,
      https: await authority.issue({ ip: ['127.0.0.1'] }),
      requestHandler: (request, response) => {
        request.resume().once('end', () => { response.end(`${request.url} over ${request.httpVersion}`) })
      },
      ...init
    }).createListener({ upgrader })
    await listener.listen(multiaddr(`/ip4/127.0.0.1/tcp/0${secure ? '/tls' : ''}/ws`))

    return `http${secure ? 's' : ''}://127.0.0.1:${portOf(listener)}`
  }

  function open (origin: string): http2.ClientHttp2Session {
    const session = http2.connect(origin, { ca: authority.ca })
    session.on('error', () => {})
    sessions.push(session)

    return session
  }

  async function get (session: http2.ClientHttp2Session, path: string): Promise<string> {
    const stream = session.request({ ':path': path })
    let body = ''
    stream.setEncoding('utf8').on('data', text => { body += text })
    await once(stream, 'end')

    return body
  }

  const itAnswers = (secure: boolean): void => {
    it(`is answered by the handler ${secure ? 'over TLS, by ALPN' : 'without TLS, by its preface'}, beside HTTP/1.1 and WebSockets`, async () => {
      const origin = await listen({}, secure)
      const session = open(origin)
      expect(await Promise.all(['/a', '/b'].map(async path => get(session, path)))).to.deep.equal(['/a over 2.0', '/b over 2.0'])

      const { near } = await connect(transport({ tls: { ca: authority.ca } }), listener, upgrader)
      await near.close()

      if (!secure) {
        expect(await (await fetch(`${origin}/c`)).text()).to.equal('/c over 1.1')
        expect(await (await fetch(`${origin}/d`, { method: 'POST', body: 'x' })).text()).to.equal('/d over 1.1')
      }
    })
  }

  itAnswers(false)
  itAnswers(true)

  it('is not spoken where the options do not say so', async () => {
    const origin = await listen({ http2: false }, true)
    await expect(once(open(origin), 'connect')).to.eventually.be.rejected()
  })

  it('has no WebSockets', async () => {
    const session = open(await listen())
    await once(session, 'remoteSettings')
    expect(session.remoteSettings.enableConnectProtocol).to.equal(false)
  })

  it('begins with a preface that may come in pieces, and looks like a POST at first', async () => {
    const { port } = new URL(await listen())
    const answerTo = async (pieces: string[]): Promise<Buffer> => {
      const socket = net.connect(Number(port), '127.0.0.1').setNoDelay()

      for (const piece of pieces) {
        socket.write(piece, 'latin1')
        await new Promise(resolve => { setTimeout(resolve, 5) })
      }

      const [answer] = await once(socket, 'data')
      socket.destroy()

      return answer
    }

    // The type of the first frame: SETTINGS.
    expect((await answerTo(['P', 'RI', ' * HTTP/2.0\r\n\r\nSM\r\n\r\n', '\0\0\0\x04\0\0\0\0\0']))[3]).to.equal(4)
    expect(String(await answerTo(['P', 'OST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n']))).to.match(/^HTTP\/1.1 200/)
  })

  it('ends when idle, and when a request does not become complete', async () => {
    const origin = await listen({ http: { keepAliveTimeout: 50, requestTimeout: 50 } })
    const idle = open(origin)
    expect(await get(idle, '/a')).to.equal('/a over 2.0')
    const slow = open(origin)
    const stream = slow.request({ ':path': '/b', ':method': 'POST' })
    stream.on('error', () => {})
    const timer = setInterval(() => { stream.write('x') }, 5)
    await Promise.all([closeOf(idle), closeOf(slow)])
    clearInterval(timer)
  })

  it('ends with its listener', async () => {
    const session = open(await listen())
    await get(session, '/a')
    await Promise.all([listener.close(), closeOf(session)])
  })
})

/** With an error or without. */
async function closeOf (session: http2.ClientHttp2Session): Promise<void> {
  return new Promise(resolve => { session.once('close', () => { resolve() }) })
}
