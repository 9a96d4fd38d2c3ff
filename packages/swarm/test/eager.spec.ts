import { once } from 'node:events'
import { createServer } from 'node:net'
import { noise as theirs } from '@libp2p/noise'
import { tls } from '@libp2p/tls'
import { noise } from '@libp2p-ws/noise'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, introduce, makeSwarm, readAll } from './swarms.ts'
import type { AddressInfo, Socket } from 'node:net'

describe('an encrypter that speaks first', () => {
  afterEach(closeAll)

  it('sends its first message with the proposal of its protocol', async () => {
    const received: Buffer[] = []
    const server = createServer(socket => {
      socket.on('error', () => {})
      socket.on('data', data => { received.push(Buffer.from(data)) })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const sockets = once(server, 'connection') as Promise<[Socket]>
    const a = await makeSwarm({ connectionEncrypters: [noise()] })
    const controller = new AbortController()
    const dial = a.dialAddresses([multiaddr(`/ip4/127.0.0.1/tcp/${(server.address() as AddressInfo).port}`)], { signal: controller.signal })
    const outcome = expect(dial).to.eventually.be.rejected()
    const [socket] = await sockets
    const wanted = Buffer.byteLength('\x13/multistream/1.0.0\n\x07/noise\n') + 2 + 32

    // nothing was answered, so all of it came unasked
    while (Buffer.concat(received).byteLength < wanted) {
      await once(socket, 'data')
    }

    expect(Buffer.concat(received).subarray(0, -32).toString('latin1')).to.equal('\x13/multistream/1.0.0\n\x07/noise\n\x00\x20')
    controller.abort()
    await outcome
    socket.destroy()
    server.close()
  })

  for (const [name, listener] of [['ours', noise()], ['@libp2p/noise', theirs()]] as const) {
    it(`is understood by ${name}`, async () => {
      const [a, b] = await Promise.all([makeSwarm({ connectionEncrypters: [noise()] }), makeSwarm({ connectionEncrypters: [tls(), listener] })])
      b.handle('/echo', echo)
      await introduce(a, b)
      const stream = await a.newStream(b.localPeer, '/echo')
      const answer = readAll(stream)
      stream.send(Uint8Array.of(1, 2, 3))
      await stream.close()

      expect([...await answer]).to.deep.equal([1, 2, 3])
      expect(a.conns()[0]).to.have.property('encryption', '/noise')
    })
  }

  it('hears of a far end that does not speak it', async () => {
    const [a, b] = await Promise.all([makeSwarm({ connectionEncrypters: [noise()] }), makeSwarm({ connectionEncrypters: [tls()] })])

    await expect(a.dialAddresses(b.listenAddresses())).to.eventually.be.rejectedWith('/noise')
    expect(a.conns()).to.be.empty()
  })
})
