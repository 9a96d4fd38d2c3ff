import { createHash } from 'node:crypto'
import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TestUpgrader } from './fixtures/components.ts'
import { frame, RawWebSocket } from './fixtures/raw-web-socket.ts'
import { until } from './fixtures/streams.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { Listener } from '@libp2p/interface'
import type { AddressInfo } from 'node:net'

const PING = 9

/** The key and answer of RFC 6455 section 1.3. */
const REQUEST = {
  Host: 'x',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ=='
}
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

describe('the upgrade request', () => {
  let listener: Listener
  const upgrader = new TestUpgrader()

  beforeEach(async () => {
    listener = transport().createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
  })

  afterEach(async () => {
    await listener.close()
  })

  /** The head of the answer. */
  async function ask (headers: Record<string, string>, method = 'GET'): Promise<string> {
    const socket = net.connect(portOf(listener), '127.0.0.1')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write([`${method} / HTTP/1.1`, ...lines, '\r\n'].join('\r\n'))
    const head = await new Promise<Buffer>(resolve => { socket.once('data', resolve) })
    socket.destroy()

    return String(head)
  }

  it('is answered as in RFC 6455 section 1.3', async () => {
    const head = await ask(REQUEST)
    expect(head).to.match(/^HTTP\/1\.1 101 /)
    expect(head).to.include(`Sec-WebSocket-Accept: ${ACCEPT}\r\n`)
    expect(head).to.not.include('Sec-WebSocket-Protocol').and.not.include('Sec-WebSocket-Extensions')
  })

  it('gets the first subprotocol that it offers, as browsers want one of them', async () => {
    expect(await ask({ ...REQUEST, 'Sec-WebSocket-Protocol': 'a, b' })).to.include('Sec-WebSocket-Protocol: a\r\n')
  })

  const refused: Array<{ what: string, headers: Record<string, string>, method?: string, status: number }> = [
    { what: 'another method', headers: REQUEST, method: 'POST', status: 405 },
    { what: 'another version', headers: { ...REQUEST, 'Sec-WebSocket-Version': '12' }, status: 426 },
    { what: 'a key that is too short', headers: { ...REQUEST, 'Sec-WebSocket-Key': 'AAAA' }, status: 400 },
    { what: 'another protocol to upgrade to', headers: { ...REQUEST, Upgrade: 'h2c' }, status: 400 },
    { what: 'a subprotocol that is no token', headers: { ...REQUEST, 'Sec-WebSocket-Protocol': '"' }, status: 400 }
  ]

  for (const { what, headers, method, status } of refused) {
    it(`with ${what} is answered ${status}`, async () => {
      expect(await ask(headers, method)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
    })
  }

  it('may have frames behind it', async () => {
    const received = new Promise<Uint8Array>(resolve => {
      upgrader.onInbound = async maConn => { maConn.addEventListener('message', ({ data }) => { resolve(data.subarray()) }) }
    })
    const lines = Object.entries(REQUEST).map(([name, value]) => `${name}: ${value}`)
    const socket = net.connect(portOf(listener), '127.0.0.1')
    socket.write(Buffer.concat([Buffer.from(['GET / HTTP/1.1', ...lines, '\r\n'].join('\r\n')), frame({ masked: true, payload: Uint8Array.of(1, 2) })]))
    expect(await received).to.equalBytes(Uint8Array.of(1, 2))
    socket.destroy()
  })

  it('is followed by no more pongs than fit: of many pings the last is answered', async () => {
    const raw = await RawWebSocket.connect(portOf(listener))
    const count = 200
    raw.socket.pause()

    // 24 MiB of pongs, if each was answered
    for (let i = 0; i < count; i++) {
      const pings = Array.from({ length: 1000 }, (_, index) => frame({ masked: true, opcode: PING, payload: new Uint8Array(125).fill(index === 999 && i === count - 1 ? 7 : 1) }))
      await new Promise(resolve => raw.socket.write(Buffer.concat(pings), resolve))
    }

    let last: Buffer = Buffer.alloc(0)
    let bytes = 0
    raw.socket.removeAllListeners('data')
    raw.socket.on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength
      last = chunk
    })
    raw.socket.resume()
    await until(() => last.at(-1) === 7)
    expect(bytes).to.be.lessThan(count * 1000 * 127)
    raw.socket.destroy()
  })
})

describe('the answer to an upgrade request', () => {
  const refused = [
    { what: 'of another request', headers: { 'Sec-WebSocket-Accept': ACCEPT }, message: 'Sec-WebSocket-Accept' },
    { what: 'that upgrades to something else', headers: { Upgrade: 'h2c' }, message: 'upgrades to no WebSocket' },
    { what: 'with an extension', headers: { 'Sec-WebSocket-Extensions': 'permessage-deflate' }, message: 'extension' },
    { what: 'with a subprotocol', headers: { 'Sec-WebSocket-Protocol': 'a' }, message: 'subprotocol' }
  ]

  for (const { what, headers, message } of refused) {
    it(`${what} is refused, and no socket is left`, async () => {
      const closed = Promise.withResolvers<void>()
      const server = net.createServer(socket => {
        socket.on('error', () => {}).once('close', () => { closed.resolve() })
        socket.once('data', request => { socket.write(answerTo(String(request), headers)) })
      })
      await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
      const { port } = server.address() as AddressInfo
      const err: any = await dial(transport(), `/ip4/127.0.0.1/tcp/${port}/ws`).catch(err => err)
      expect(err).to.include({ name: 'WebSocketConnectError', phase: 'upgrade' })
      expect(err.message).to.include(message)
      await closed.promise
      server.close()
    })
  }
})

/** A correct answer, but for `headers`. */
function answerTo (request: string, headers: Record<string, string>): string {
  const key = /sec-websocket-key: (.*)\r\n/i.exec(request)?.[1] ?? ''
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
  const all = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Accept': accept, ...headers }

  return ['HTTP/1.1 101 Switching Protocols', ...Object.entries(all).map(([name, value]) => `${name}: ${value}`), '\r\n'].join('\r\n')
}
