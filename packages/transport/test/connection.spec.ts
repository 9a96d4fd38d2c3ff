import { CONNECTION_ERROR_CODES } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Uint8ArrayList } from 'uint8arraylist'
import { TestUpgrader } from './fixtures/components.ts'
import { FRAMING_PAIRS } from './fixtures/framings.ts'
import { collect, event, until } from './fixtures/streams.ts'
import { connect, transport } from './fixtures/transport.ts'
import type { Listener, MultiaddrConnection, StreamCloseEvent } from '@libp2p/interface'

for (const framing of FRAMING_PAIRS) {
  describe(`a WebSocket connection, framing ${framing.dialer} with ${framing.listener}`, () => {
    let listener: Listener
    let near: MultiaddrConnection
    let far: MultiaddrConnection

    beforeEach(async () => {
      const upgrader = new TestUpgrader()
      listener = transport({ framing: framing.listener }).createListener({ upgrader })
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      ;({ near, far } = await connect(transport({ framing: framing.dialer }), listener, upgrader))
    })

    afterEach(async () => {
      near.abort(new Error('test is over'))
      await listener.close()
    })

    it('carries bytes both ways', async () => {
      const received = collect(far, 3)
      near.send(Uint8Array.of(1, 2, 3))
      expect(await received).to.equalBytes(Uint8Array.of(1, 2, 3))

      const answer = collect(near, 2)
      far.send(new Uint8ArrayList(Uint8Array.of(4), Uint8Array.of(5)))
      expect(await answer).to.equalBytes(Uint8Array.of(4, 5))
    })

    it('says which address each end has', () => {
      const [local, remote] = [near, far] as any[]
      expect(local.localAddr.toString()).to.equal(far.remoteAddr.toString())
      expect(remote.localAddr.toString()).to.equal(near.remoteAddr.toString())
      near.abort(new Error('done'))
      expect(() => local.localAddr).to.not.throw()
    })

    it('says where an inbound connection comes from', () => {
      expect(far.direction).to.equal('inbound')
      expect(far.remoteAddr.toString()).to.match(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws$/)
      expect(near.direction).to.equal('outbound')
      expect(near.remoteAddr.toString()).to.equal(listener.getAddrs()[0]?.toString())
    })

    it('delivers 8 MiB that the client sends in one call', async () => {
      await expectToDeliver(near, far, 8 * 1024 * 1024)
    })

    it('delivers 8 MiB that the server sends in one call', async () => {
      await expectToDeliver(far, near, 8 * 1024 * 1024)
    })

    it('tells a writer to wait, and when to go on', async () => {
      far.pause()
      const chunk = new Uint8Array(256 * 1024)
      let sent = 0

      while (near.send(chunk)) {
        sent += chunk.byteLength
      }

      expect(near.writableNeedsDrain).to.equal(true)
      const drained = near.onDrain()
      far.addEventListener('message', () => {})
      far.resume()
      await drained
      expect(near.writableNeedsDrain).to.equal(false)
      expect(sent).to.be.greaterThan(0)
    })

    it('tells a writer to wait again and again', async () => {
      far.addEventListener('message', () => {})
      const chunk = new Uint8Array(256 * 1024)

      for (let i = 0; i < 256; i++) {
        if (!near.send(chunk)) {
          await near.onDrain()
        }

        expect(near.writableNeedsDrain).to.equal(false)
        expect(near.writeBufferLength).to.equal(0)
      }
    })

    it('tells a writer that waits of the end', async () => {
      far.pause()
      near.send(new Uint8Array(32 * 1024 * 1024))
      const waiting = Promise.all([
        expect(near.onDrain()).to.eventually.be.rejectedWith('no more'),
        expect(near.onDrain({ signal: AbortSignal.abort(new Error('enough')) })).to.eventually.be.rejectedWith('enough')
      ])
      near.abort(new Error('no more'))
      await waiting
    })

    it('keeps what waits while the socket is full', async () => {
      far.pause()
      const bytes = 64 * 1024 * 1024
      near.send(new Uint8Array(bytes))
      expect(near.writeBufferLength).to.be.greaterThan(bytes - 16 * 1024 * 1024)
    })

    it('does not read while its reader pauses', async () => {
      let received = 0
      far.addEventListener('message', ({ data }) => { received += data.byteLength })
      far.pause()
      const chunk = new Uint8Array(256 * 1024)

      // Far more than the reader may keep: it would end the connection.
      for (let i = 0; i < 128 && near.status === 'open'; i++) {
        near.send(chunk)
      }

      expect(far.readBufferLength).to.be.lessThan(far.maxReadBufferLength)
      expect(far.status).to.equal('open')
      expect(received).to.equal(0)

      const total = 128 * chunk.byteLength
      const all = new Promise<void>(resolve => {
        far.addEventListener('message', () => {
          if (received === total) {
            resolve()
          }
        })
      })
      far.resume()
      await all
    })

    it('keeps what comes before somebody reads', async () => {
      const bytes = new Uint8Array(16 * 1024 * 1024)
      near.send(bytes)
      await until(() => far.readBufferLength > 128 * 1024)

      expect((await collect(far, bytes.byteLength)).byteLength).to.equal(bytes.byteLength)
    })

    it('closes on both ends', async () => {
      const farClosed = event<StreamCloseEvent>(far, 'close')
      await near.close()

      expect(near.status).to.equal('closed')
      expect(await farClosed).to.include({ code: 1000, reason: '', error: undefined })
      expect(far.status).to.equal('closed')
    })

    it('delivers everything that was sent before a close', async () => {
      const bytes = new Uint8Array(4 * 1024 * 1024).fill(7)
      const received = collect(far, bytes.byteLength)
      near.send(bytes)
      await near.close()

      expect(await received).to.equalBytes(bytes)
    })

    it('drops an answer to what came before the far end closed', async () => {
      near.send(Uint8Array.of(1))
      await Promise.all([near.close(), event(far, 'close')])
      const answered = new Promise(resolve => {
        far.addEventListener('message', () => { resolve(far.send(Uint8Array.of(2))) })
      })
      expect(await answered).to.equal(true)
    })

    it('shows an abort to the far end', async () => {
      const closed = event<StreamCloseEvent & { code: number }>(far, 'close')
      near.abort(new Error('secret of this end'))

      const { error, code } = await closed
      expect(error).to.have.property('name', 'StreamResetError')
      expect(error?.cause).to.include({ name: 'WebSocketClosedError', closeCode: 4000, reason: '' })
      expect(code).to.equal(4000)
      expect(far.status).to.equal('reset')
    })

    it('sends the code and message of an error that has a close code', async () => {
      const closed = event<StreamCloseEvent & { code: number, reason: string }>(far, 'close')
      near.abort(Object.assign(new Error('é'.repeat(100)), { closeCode: 0x1001 }))

      const { code, reason } = await closed
      expect(code).to.equal(4097)
      expect(reason).to.equal('é'.repeat(61))
    })

    it('sends the code of libp2p for what the name of an error stands for', async () => {
      const closed = event<StreamCloseEvent & { code: number, reason: string }>(far, 'close')
      near.abort(Object.assign(new Error('secret of this end'), { name: 'DuplicateConnectionError' }))

      const { code, reason } = await closed
      expect(code).to.equal(CONNECTION_ERROR_CODES.SUPPLANTED)
      expect(reason).to.equal('')
    })

    it('shows an abort to a far end that does not read', async () => {
      far.pause()
      const chunk = new Uint8Array(1024 * 1024)

      let more = true

      while (more) {
        more = near.send(chunk)
      }

      const closed = event(far, 'close')
      near.abort(new Error('no'))
      far.addEventListener('message', () => {})
      far.resume()
      await closed
    })
  })
}

async function expectToDeliver (sender: MultiaddrConnection, receiver: MultiaddrConnection, length: number): Promise<void> {
  const bytes = new Uint8Array(length).map((_, index) => index * 31)
  const received = collect(receiver, length)
  sender.send(bytes)

  expect(await received).to.equalBytes(bytes)
}
