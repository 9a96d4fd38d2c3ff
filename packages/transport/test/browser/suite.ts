import tests from '@libp2p/interface-compliance-tests/transport'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { channelOf } from '@libp2p-ws/byte-channel'
import { multiaddr } from '@multiformats/multiaddr'
import { WebSockets } from '@multiformats/multiaddr-matcher'
import { expect } from 'aegir/chai'
import { webSockets } from '../../src/index.browser.ts'
import { components, TestUpgrader } from '../fixtures/components.ts'
import { collect, event } from '../fixtures/streams.ts'
import type { BrowserTestConfig } from './protocol.ts'
import type { MultiaddrConnection, StreamCloseEvent, StreamMessageEvent, Transport } from '@libp2p/interface'

/** What is tested in a page that came over TLS. */
export function defineSecureSuite (config: BrowserTestConfig): void {
  describe('from a secure page', () => {
    async function dial (address: string): Promise<MultiaddrConnection> {
      return await webSockets()(components()).dial(multiaddr(address), {
        upgrader: new TestUpgrader(),
        signal: AbortSignal.timeout(10_000)
      }) as unknown as MultiaddrConnection
    }

    it('does not try an insecure address', async () => {
      await expect(dial('/ip4/192.0.2.1/tcp/4001/ws')).to.eventually.be.rejected()
        .with.include({ name: 'UndialableAddressError', reason: 'insecure-from-secure-page' })
    })

    it('dials an insecure address of this machine', async () => {
      const connection = await dial(config.echo)
      const received = collect(connection, 3)
      connection.send(Uint8Array.of(1, 2, 3))
      expect(await received).to.equalBytes(Uint8Array.of(1, 2, 3))
      await connection.close()
    })

    it('dials wss', async () => {
      const connection = await dial(config.secureEcho)
      const received = collect(connection, 3)
      connection.send(Uint8Array.of(1, 2, 3))
      expect(await received).to.equalBytes(Uint8Array.of(1, 2, 3))
      await connection.close()
    })
  })
}

/** What is tested in a page and in a worker. */
export function defineSuite (config: BrowserTestConfig): void {
  describe('a WebSocket connection in a browser', () => {
    let transport: Transport<any>

    beforeEach(() => {
      transport = webSockets()(components())
    })

    async function dial (address: string, options: { signal?: AbortSignal, onProgress?(event: any): void } = {}): Promise<MultiaddrConnection> {
      return await transport.dial(multiaddr(address), {
        upgrader: new TestUpgrader(),
        signal: AbortSignal.timeout(10_000),
        ...options
      }) as unknown as MultiaddrConnection
    }

    it('echoes 1 MiB', async () => {
      const connection = await dial(config.echo)
      const bytes = new Uint8Array(1024 * 1024).map((_, index) => index * 31)
      const received = collect(connection, bytes.byteLength)
      connection.send(bytes)
      expect(await received).to.equalBytes(bytes)
      await connection.close()
    })

    it('gives its channel away', async () => {
      const connection = await dial(config.echo)
      const channel = channelOf(connection)
      const read: number[] = []
      const closed = Promise.withResolvers<number | undefined>()
      const all = new Promise<void>(resolve => {
        channel.handler = {
          onData: piece => {
            read.push(...piece)
            read.length === 4 && resolve()
          },
          onDrain () {},
          onEnd () {},
          onClose: (_, code) => { closed.resolve(code) }
        }
      })
      channel.write([Uint8Array.of(1), Uint8Array.of(2, 3)])
      channel.unread(Uint8Array.of(0))
      await new Promise(resolve => { setTimeout(resolve, 50) })
      expect(read).to.deep.equal([])
      channel.resume()
      await all
      channel.close()
      expect(await closed.promise).to.equal(1000)
      expect(read).to.deep.equal([0, 1, 2, 3])
      expect(connection.status).to.equal('closed')
    })

    it('reports its phases', async () => {
      const phases: string[] = []
      const connection = await dial(config.echo, { onProgress: ({ type }) => { phases.push(type) } })
      expect(phases).to.deep.equal(['websockets:open-connection', 'websockets:upgraded'])
      connection.abort(new Error('test is over'))
    })

    it('shows the far end\'s close code and reason', async () => {
      const connection = await dial(config.abort)
      const closed = event<StreamCloseEvent>(connection, 'close')
      connection.send(Uint8Array.of(1))
      expect(await closed).to.include({ code: 0x1001, reason: 'too many' })
      expect(connection.status).to.equal('reset')
    })

    it('shows its own abort to the far end at once, with code and reason, and its close', async () => {
      const aborted = await dial(config.ends)
      aborted.abort(Object.assign(new Error('enough'), { closeCode: 0x1002 }))
      const closed = await dial(config.ends)
      const message = await event<StreamMessageEvent>(closed, 'message')
      expect(JSON.parse(new TextDecoder().decode(message.data.subarray()))).to.deep.equal({ code: 0x1002, reason: 'enough', status: 'reset' })

      await closed.close()
      const next = await dial(config.ends)
      const { data } = await event<StreamMessageEvent>(next, 'message')
      expect(JSON.parse(new TextDecoder().decode(data.subarray()))).to.deep.equal({ code: 1000, reason: '', status: 'closed' })
      await next.close()
    })

    it('makes a writer wait, and go on', async () => {
      const connection = await dial(config.slow)
      const chunk = new Uint8Array(256 * 1024)
      const length = 64 * 1024 * 1024
      const answer = collect(connection, 4)
      let waits = 0

      for (let sent = 0; sent < length; sent += chunk.byteLength) {
        if (!connection.send(chunk)) {
          waits++
          await connection.onDrain()
        }

        // What did not fit waits here, and is no more than the piece.
        expect(connection.writeBufferLength).to.be.at.most(chunk.byteLength)
      }

      const total = new DataView((await answer).buffer).getUint32(0)
      expect(total).to.equal(length)
      expect(waits).to.be.greaterThan(0)
      connection.abort(new Error('test is over'))
    })

    it('gives what came during a pause afterwards', async () => {
      const connection = await dial(config.echo)
      const bytes = new Uint8Array(512 * 1024).fill(3)
      connection.pause()
      connection.send(bytes)
      const received = collect(connection, bytes.byteLength)
      connection.resume()
      expect(await received).to.equalBytes(bytes)
      await connection.close()
    })

    if (config.stream) {
      it('makes the far end wait during a pause', async () => {
        const connection = await dial(config.source)
        let received = 0
        connection.addEventListener('message', ({ data }) => { received += data.byteLength })
        connection.pause()
        await new Promise(resolve => { setTimeout(resolve, 500) })
        expect(connection.status).to.equal('open')
        connection.send(Uint8Array.of(1))
        const answer = await collect(await dial(config.sent), 4)
        const sent = new DataView(answer.buffer).getUint32(0)
        expect(sent).to.be.lessThan(64 * 1024 * 1024)
        connection.resume()
        const closed = event<StreamCloseEvent>(connection, 'close')
        expect((await closed).error).to.equal(undefined)
        expect(received).to.equal(64 * 1024 * 1024)
      })
    } else {
      it('ends when more comes during a pause than it may keep', async () => {
        const connection = await dial(config.echo)
        const closed = event<StreamCloseEvent>(connection, 'close')
        connection.pause()
        connection.send(new Uint8Array(8 * 1024 * 1024))
        expect((await closed).error).to.have.property('name', 'ResourceLimitError')
      })
    }

    it('says that nobody listens', async () => {
      await expect(dial(config.closed)).to.eventually.be.rejected()
        .with.property('name', 'WebSocketConnectError')
    })

    it('gives up when told to', async () => {
      const controller = new AbortController()
      const dialing = dial(config.silent, { signal: controller.signal })
      controller.abort(new Error('changed my mind'))
      await expect(dialing).to.eventually.be.rejectedWith('changed my mind')
    })

    it('does not try a port that browsers block', async () => {
      await expect(dial('/ip4/127.0.0.1/tcp/6667/ws')).to.eventually.be.rejected()
        .with.include({ name: 'UndialableAddressError', reason: 'blocked-port' })
    })

    it('does not try an address with a zone', async () => {
      await expect(dial('/ip6zone/eth0/ip6/fe80::1/tcp/4001/ws')).to.eventually.be.rejected()
        .with.include({ name: 'UndialableAddressError', reason: 'ipv6-zone' })
    })

    it('cannot listen', () => {
      expect(() => transport.createListener({ upgrader: new TestUpgrader() })).to.throw()
        .with.property('name', 'CannotListenError')
    })
  })

  describe('interface-transport compliance', () => {
    tests({
      async setup () {
        return {
          dialer: {
            transports: [webSockets()],
            connectionEncrypters: [noise()],
            streamMuxers: [yamux()],
            connectionGater: { denyDialMultiaddr: () => false }
          },
          dialAddrs: [multiaddr(config.node[0]), multiaddr(config.node[1])],
          dialMultiaddrMatcher: WebSockets,
          listenMultiaddrMatcher: WebSockets
        }
      },
      async teardown () {}
    })
  })
}
