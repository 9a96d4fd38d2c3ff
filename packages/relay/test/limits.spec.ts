import { InvalidValueError } from '@libp2p-ws/core'
import { expect } from 'aegir/chai'
import { DEFAULT_LIMITS, resolveLimits } from '../src/limits.ts'
import { bytes } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient, connectBrowsers } from './helpers/wire-client.ts'
import type { RelayLimits } from '../src/index.ts'

describe('limits', () => {
  const relays = new Relays()

  afterEach(async () => {
    await relays.closeAll()
  })

  async function startPair (limits: Partial<RelayLimits>): Promise<[WireClient, WireClient]> {
    const relay = await relays.start({ limits })

    return [await WireClient.start(relay), await WireClient.start(relay)]
  }

  it('have defaults, each of which can be replaced', () => {
    expect(resolveLimits()).to.deep.equal(DEFAULT_LIMITS)
    expect(resolveLimits({ maxStreams: 5 })).to.deep.equal({ ...DEFAULT_LIMITS, maxStreams: 5 })
  })

  for (const [name, value] of [['maxStreams', 0], ['maxStreams', 1.5], ['idleTimeout', Infinity], ['idleTimeout', NaN], ['maxStreams', '5'], ['maxFish', 1], ['toString', 1]] as const) {
    it(`cannot be ${name} ${value}`, () => {
      expect(() => resolveLimits({ [name]: value })).to.throw(InvalidValueError, name)
    })
  }

  for (const [limit, count] of [['maxSessions', 2], ['maxSessionsPerAddress', 2]] as const) {
    it(`${limit} turns a browser away and tells it so, until another one goes`, async () => {
      const relay = await relays.start({ limits: { [limit]: count } })
      const first = await WireClient.start(relay)
      await WireClient.start(relay)
      const third = new WireClient(relay)

      expect(await third.next('protocol-error')).to.have.property('message', `limit ${limit} of ${count} reached`)
      expect(await third.closed).to.deep.equal({ code: 1013, reason: `limit ${limit} of ${count} reached` })

      first.socket.close()

      // The place is free when the peer is gone, which nothing tells a browser.
      let served = false
      while (!served) {
        const next = new WireClient(relay)
        served = (await next.next('hello').catch(() => undefined)) !== undefined
      }
    })
  }

  it('maxMessageSize closes the WebSocket and tells why', async () => {
    const [one] = await startPair({ maxMessageSize: 1000 })
    one.send(new Uint8Array(1001))

    expect(await one.next('protocol-error')).to.have.property('message', 'limit maxMessageSize of 1000 reached')
    expect(await one.closed).to.deep.equal({ code: 1009, reason: 'limit maxMessageSize of 1000 reached' })
  })

  it('maxFrameSize ends the stream, and not the session, of who sends more', async () => {
    const [one, two] = await startPair({ maxFrameSize: 10 })
    const { fromId, toId } = await connectBrowsers(one, two, { frames: true })
    one.send({ type: 'data', id: fromId, data: new Uint8Array(11) })

    expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'outgoing frame: limit maxFrameSize of 10 reached' })
    expect(await two.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: toId, reason: 'stream reset' })
    await Promise.all([one.expectNothingMore(), two.expectNothingMore()])
  })

  it('maxFrameSize ends the stream of who is sent more', async () => {
    const [one, two] = await startPair({ maxFrameSize: 10 })
    await two.listen('/x/test', true)
    one.connect(two.peerId, '/x/test')
    const { id: fromId } = await one.next('peer-connection')
    const { id: toId } = await two.next('listener-connection')
    one.send({ type: 'data', id: fromId, data: bytes(255, 255, 255, 255) })

    expect(await two.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: toId, reason: 'incoming frame: limit maxFrameSize of 10 reached' })
    expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'stream reset' })
  })

  it('maxStreams refuses streams out', async () => {
    const [one, two] = await startPair({ maxStreams: 1 })
    await connectBrowsers(one, two)
    one.connect(two.peerId, '/x/test')

    expect(await one.next('peer-connection-refused')).to.have.property('error', 'limit maxStreams of 1 reached')
  })

  it('maxStreams resets streams in, and the browser is told', async () => {
    const [one, two] = await startPair({ maxStreams: 1 })
    await connectBrowsers(one, two)
    const three = await WireClient.start(await relays.start())
    three.connect(two.peerAddress, '/x/test')

    expect(await two.next('protocol-error')).to.have.property('message', 'incoming stream: limit maxStreams of 1 reached')
    const { id } = await three.next('peer-connection')
    expect(await three.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id, reason: 'stream reset' })
  })

  it('maxListeners refuses listeners', async () => {
    const [one] = await startPair({ maxListeners: 1 })
    await one.listen('/1')
    one.send({ type: 'listen', frames: false, protocol: '/2' })

    expect(await one.next('protocol-error')).to.have.property('message', 'Listen /2: limit maxListeners of 1 reached')
    expect(await one.next('listen-refused')).to.have.property('protocol', '/2')
  })

  it('refuses protocols that no peer could ask for', async () => {
    const [one] = await startPair({})
    one.send({ type: 'listen', frames: false, protocol: '/'.repeat(1024) })

    await one.next('protocol-error')
    await one.next('listen-refused')
  })

  for (const [limit, start] of [['startTimeout', false], ['idleTimeout', true]] as const) {
    it(`${limit} closes the WebSocket and tells why`, async () => {
      const relay = await relays.start({ limits: { [limit]: 50 } })
      const client = new WireClient(relay)

      if (start) {
        client.socket.once('open', () => { client.send({ type: 'start', key: '' }) })
      }

      expect(await client.closed).to.deep.equal({ code: 1008, reason: `limit ${limit} of 50 reached` })
      expect(client.log.at(-1)).to.deep.equal({ type: 'protocol-error', message: `limit ${limit} of 50 reached` })
    })
  }

  it('pongTimeout drops a browser that answers no ping, and its streams are reset', async () => {
    const relay = await relays.start({ limits: { pingInterval: 100, pongTimeout: 2_000 } })
    const [silent, other] = [await WireClient.start(relay), await WireClient.start(relay)]
    const { toId } = await connectBrowsers(silent, other)
    // Its TCP connection stays up, nobody reads it.
    silent.socket.pause()

    expect(await other.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: toId, reason: 'stream reset' })
    silent.socket.resume()
    expect(await silent.closed).to.have.property('code', 1006)
  })

  it('pingInterval keeps a browser that answers', async () => {
    const relay = await relays.start({ limits: { pingInterval: 5, pongTimeout: 100_000 } })
    const client = await WireClient.start(relay)
    let pings = 0
    await new Promise<void>(resolve => {
      client.socket.on('ping', () => {
        if (++pings === 5) {
          resolve()
        }
      })
    })

    await client.listen('/still-there')
  })

  it('stallTimeout ends a stream whose far end does not read', async () => {
    const [one, two] = await startPair({ stallTimeout: 200 })
    const { fromId } = await connectBrowsers(one, two)
    two.socket.pause()
    const closed = one.next('connection-closed')

    // More than all sockets on the way hold.
    for (let i = 0; i < 512; i++) {
      one.send({ type: 'data', id: fromId, data: new Uint8Array(64 * 1024) })
    }

    expect(await closed).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'limit stallTimeout of 200 reached' })
    two.socket.resume()
  })
})
