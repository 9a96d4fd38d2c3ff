import { defaultLogger } from '@libp2p/logger'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { channelOf } from '@libp2p-ws/byte-channel'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { TestUpgrader } from './fixtures/components.ts'
import { FRAMINGS } from './fixtures/framings.ts'
import { RawWebSocketServer } from './fixtures/raw-web-socket.ts'
import { collect, event, until } from './fixtures/streams.ts'
import { connect, dial, transport } from './fixtures/transport.ts'
import type { Listener, MultiaddrConnection, StreamCloseEvent } from '@libp2p/interface'
import type { ByteChannelHandler } from '@libp2p-ws/core'

/** A handler that keeps what it hears. */
class Reader implements ByteChannelHandler {
  readonly closed = Promise.withResolvers<{ error: Error | undefined, code: number | undefined }>()
  bytes: number[] = []
  drains = 0

  onData (piece: Uint8Array): void {
    this.bytes.push(...piece)
  }

  onDrain (): void {
    this.drains++
  }

  onEnd (): void {}

  onClose (error: Error | undefined, code: number | undefined): void {
    this.closed.resolve({ error, code })
  }
}

for (const framing of FRAMINGS) {
  describe(`a channel that was taken from its connection, framing ${framing}`, () => {
    let listener: Listener
    let near: MultiaddrConnection
    let far: MultiaddrConnection
    let server: RawWebSocketServer

    beforeEach(async () => {
      server = new RawWebSocketServer()
      const upgrader = new TestUpgrader()
      listener = transport({ framing }).createListener({ upgrader })
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      ;({ near, far } = await connect(transport({ framing }), listener, upgrader))
    })

    afterEach(async () => {
      server.close()
      near.abort(new Error('test is over'))
      await listener.close()
    })

    it('has first what came in and was not read, then what comes', async () => {
      near.send(Uint8Array.of(1, 2))
      await until(() => far.readBufferLength === 2)
      near.send(Uint8Array.of(3))
      await until(() => far.readBufferLength === 3)

      const channel = channelOf(far)
      const reader = new Reader()
      channel.handler = reader
      near.send(Uint8Array.of(4))
      channel.resume()
      await until(() => reader.bytes.length === 4)
      expect(reader.bytes).to.deep.equal([1, 2, 3, 4])

      const answer = collect(near, 3)
      channel.write([Uint8Array.of(5), new Uint8Array(), Uint8Array.of(6, 7)])
      expect(await answer).to.equalBytes(Uint8Array.of(5, 6, 7))
    })

    it('is taken once, and the connection sends no more', () => {
      channelOf(near)
      expect(() => near.send(Uint8Array.of(1))).to.throw().with.property('code', 'ERR_CHANNEL_TAKEN')
      expect(() => channelOf(near)).to.throw().with.property('code', 'ERR_CHANNEL_TAKEN')
    })

    it('delivers nothing while it is paused, and what was given back first', async () => {
      const channel = channelOf(far)
      const reader = new Reader()
      channel.handler = reader
      const other = channelOf(near)
      other.handler = new Reader()
      other.write([Uint8Array.of(2)])
      await new Promise(resolve => { setTimeout(resolve, 20) })
      expect(reader.bytes).to.deep.equal([])
      channel.unread(Uint8Array.of(1))
      channel.resume()
      await until(() => reader.bytes.length === 2)
      expect(reader.bytes).to.deep.equal([1, 2])
    })

    it('makes a writer wait, and says when to go on', async () => {
      const channel = channelOf(near)
      const reader = new Reader()
      channel.handler = reader
      far.pause()

      while (channel.write([new Uint8Array(64 * 1024)])) {
      // until it is full
      }

      expect(reader.drains).to.equal(0)
      far.addEventListener('message', () => {})
      far.resume()
      await until(() => reader.drains === 1)
    })

    it('ends with the connection, and tells both why', async () => {
      const reader = new Reader()
      const channel = channelOf(near)
      channel.handler = reader
      channel.resume()
      const nearClosed = event<StreamCloseEvent>(near, 'close')
      far.abort(Object.assign(new Error('too many'), { closeCode: 0x1001 }))

      expect(await reader.closed.promise).to.deep.include({ code: 0x1001 })
      expect(await nearClosed).to.include({ code: 0x1001, reason: 'too many' })
      expect(near.status).to.equal('reset')
    })

    it('is closed by the connection, at both ends', async () => {
      const readers = [near, far].map(maConn => {
        const reader = new Reader()
        const channel = channelOf(maConn)
        channel.handler = reader
        channel.resume()

        return reader
      })
      const farClosed = event<StreamCloseEvent>(far, 'close')
      await near.close()
      expect(await farClosed).to.include({ error: undefined, code: 1000 })
      expect(await Promise.all(readers.map(async ({ closed }) => closed.promise))).to.deep.equal(Array(2).fill({ error: undefined, code: 1000 }))
      expect([near.status, far.status]).to.deep.equal(['closed', 'closed'])
    })

    // ws tells when it has closed, and not when it has sent
    if (framing === 'built-in') {
      it('closes with its connection when all has been sent, whatever the far end answers', async () => {
        const next = server.next()
        const dialed = await dial(transport({ framing }), `/ip4/127.0.0.1/tcp/${await server.listen()}/ws`)
        const peer = await next
        const reader = new Reader()
        const channel = channelOf(dialed)
        channel.handler = reader
        channel.resume()
        channel.write([new Uint8Array(200_000)])

        await dialed.close()
        expect(dialed.status).to.equal('closed')
        await until(() => peer.closeFrame !== undefined)
        expect(peer.closeFrame).to.include({ code: 1000 })
        expect(peer.received.byteLength).to.be.greaterThan(200_000)

        // the channel still waits for the answer, and its reader hears what comes first
        peer.send({ payload: Uint8Array.of(7) }, { opcode: 8, payload: Uint8Array.of(0x03, 0xe8) })
        expect(await reader.closed.promise).to.deep.equal({ error: undefined, code: 1000 })
        expect(reader.bytes).to.deep.equal([7])
        peer.socket.end()
        await peer.closed
      })

      it('ends its socket where the far end answers no close', async () => {
        const next = server.next()
        const dialed = await dial(transport({ framing, closeTimeout: 50 }), `/ip4/127.0.0.1/tcp/${await server.listen()}/ws`)
        const peer = await next
        const reader = new Reader()
        const channel = channelOf(dialed)
        channel.handler = reader
        channel.resume()
        await dialed.close()
        await peer.closed
        expect((await reader.closed.promise).error).to.have.property('name', 'CloseTimeoutError')
        expect(dialed.status).to.equal('closed')
      })
    }

    it('closes and aborts the connection', async () => {
      const channel = channelOf(near)
      channel.handler = new Reader()
      channel.resume()
      const nearClosed = event<StreamCloseEvent>(near, 'close')
      const farClosed = event<StreamCloseEvent>(far, 'close')
      channel.abort(new Error('broken'), 0x1002)
      expect(await nearClosed).to.have.nested.property('error.message', 'broken')
      expect(await farClosed).to.include({ code: 0x1002 })
      expect([near.status, far.status]).to.deep.equal(['aborted', 'reset'])
    })

    it('hears of a close that came before its reader', async () => {
      const reader = new Reader()
      const channel = channelOf(near)
      channel.resume()
      const closed = event(near, 'close')
      far.abort(new Error('no'))
      await closed
      channel.handler = reader
      expect((await reader.closed.promise).error).to.have.property('name', 'WebSocketClosedError')
    })

    it('is seen by the metrics of js-libp2p, each byte once', async () => {
      const registry = new Registry()
      const metrics = prometheusMetrics({ registry, collectDefaultMetrics: false })({ logger: defaultLogger() })
      near.send(Uint8Array.of(1, 2))
      await until(() => far.readBufferLength === 2)
      metrics.trackMultiaddrConnection(far)

      const channel = channelOf(far)
      const first = new Reader()
      channel.handler = first
      channel.resume()
      await until(() => first.bytes.length === 2)
      channel.pause()
      channel.unread(Uint8Array.of(2))
      const second = new Reader()
      channel.handler = second
      channel.resume()
      near.send(Uint8Array.of(3, 4, 5))
      await until(() => second.bytes.length === 4)
      const answer = collect(near, 7)
      channel.write([new Uint8Array(3), new Uint8Array(4)])
      await answer

      const text = await registry.getSingleMetricAsString('libp2p_data_transfer_bytes_total')
      expect(text).to.include('{protocol="global received"} 5').and.include('{protocol="global sent"} 7')
    })
  })
}
