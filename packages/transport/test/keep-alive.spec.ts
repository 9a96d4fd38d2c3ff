import { mock } from 'node:test'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { KeepAlive } from '../src/node/keep-alive.ts'
import { Authority } from './fixtures/certificates.ts'
import { TestUpgrader } from './fixtures/components.ts'
import { RawWebSocket } from './fixtures/raw-web-socket.ts'
import { event, until } from './fixtures/streams.ts'
import { connect, transport } from './fixtures/transport.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener, MultiaddrConnection, StreamCloseEvent } from '@libp2p/interface'

const PONG = 10
const PING_FROM_SERVER = Buffer.of(0x89, 0)

describe('keep-alive', () => {
  const upgrader = new TestUpgrader()
  let listener: Listener

  async function listen (init: WebSocketsInit, address = '/ip4/127.0.0.1/tcp/0/ws'): Promise<number> {
    listener = transport(init).createListener({ upgrader })
    await listener.listen(multiaddr(address))

    return Number(listener.getAddrs()[0]?.getComponents()[1]?.value)
  }

  afterEach(async () => {
    await listener.close()
  })

  it('finds a far end that answers nothing', async () => {
    const port = await listen({ keepAlive: { interval: 20, timeout: 20 } })
    const [raw, maConn] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
    const { error } = await event<StreamCloseEvent>(maConn, 'close')
    expect(error).to.include({ name: 'KeepAliveTimeoutError', code: 'ERR_KEEP_ALIVE_TIMEOUT' })
    expect(raw.received.subarray(0, 2)).to.equalBytes(PING_FROM_SERVER)
    await raw.closed
  })

  it('leaves a far end that answers', async () => {
    const port = await listen({ keepAlive: { interval: 10, timeout: 500 } })
    const [raw, maConn] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])

    await pings(raw, maConn, 5)

    expect(maConn.status).to.equal('open')
    raw.socket.destroy()
  })

  it('works over TLS', async () => {
    const authority = await Authority.create()
    await listen({
      https: await authority.issue({ ip: ['127.0.0.1'] }),
      keepAlive: { interval: 10, timeout: 500 }
    }, '/ip4/127.0.0.1/tcp/0/tls/ws')
    const dialer = transport({ tls: { ca: authority.ca }, keepAlive: { interval: 10, timeout: 500 } })
    const { near, far } = await connect(dialer, listener, upgrader)
    await new Promise(resolve => { setTimeout(resolve, 100) })
    expect([near.status, far.status]).to.deep.equal(['open', 'open'])
    await near.close()
  })

  it('does not ask while nothing is read', async () => {
    const port = await listen({ keepAlive: { interval: 1, timeout: 1 } })
    const [raw, maConn] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
    maConn.pause()
    const bytesThen = raw.received.byteLength
    await new Promise(resolve => { setTimeout(resolve, 50) })
    expect(maConn.status).to.equal('open')
    expect(raw.received.byteLength - bytesThen).to.be.at.most(PING_FROM_SERVER.byteLength)
    raw.socket.destroy()
    maConn.abort(new Error('test is over'))
  })

  it('sends nothing when off', async () => {
    const port = await listen({ keepAlive: false })
    const [raw, maConn] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])
    await new Promise(resolve => { setTimeout(resolve, 50) })
    expect(raw.received.byteLength).to.equal(0)
    expect(maConn.status).to.equal('open')
    raw.socket.destroy()
  })
})

describe('a far end that falls silent', () => {
  const range = fc.integer({ min: 1, max: 300 })

  afterEach(() => { mock.timers.reset() })

  it('is found within twice the interval and the timeout, and is asked before that', () => {
    fc.assert(fc.property(range, range, fc.nat(500), (interval, timeout, silentFrom) => {
      mock.timers.reset()
      mock.timers.enable({ apis: ['setInterval'] })
      let now = 0
      let asked: number | undefined
      let found: number | undefined
      const keepAlive = new KeepAlive({ interval, timeout })
      const target = {
        paused: false,
        get bytesReceived () { return Math.min(now, silentFrom) },
        ping () { asked = now },
        onDead () { found ??= now }
      }
      keepAlive.watch(target)

      for (; now <= silentFrom + 2 * interval + timeout; now++) {
        mock.timers.tick(1)
      }

      keepAlive.forget(target)
      expect(asked).to.be.within(silentFrom, silentFrom + 2 * interval)
      expect(found).to.be.within((asked ?? 0) + timeout, silentFrom + 2 * interval + timeout)
    }), { numRuns: 50 })
  })

  it('is left alone while it answers', () => {
    mock.timers.enable({ apis: ['setInterval'] })
    let bytesReceived = 0
    let pings = 0
    const keepAlive = new KeepAlive({ interval: 100, timeout: 300 })
    const target = {
      paused: false,
      get bytesReceived () { return bytesReceived },
      ping () {
        pings++
        bytesReceived += 2
      },
      onDead () { expect.fail() }
    }
    keepAlive.watch(target)
    mock.timers.tick(10_000)
    keepAlive.forget(target)
    expect(pings).to.be.within(10_000 / 200, 10_000 / 100)
  })
})

/** Answers `count` pings. */
async function pings (raw: RawWebSocket, maConn: MultiaddrConnection, count: number): Promise<void> {
  for (let seen = 0; seen < count; seen++) {
    await until(() => raw.received.byteLength > seen * PING_FROM_SERVER.byteLength || maConn.status !== 'open')
    raw.send({ masked: true, opcode: PONG })
  }
}
