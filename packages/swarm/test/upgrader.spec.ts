import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { noise } from '@libp2p/noise'
import { tls } from '@libp2p/tls'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { closeAll, echo, introduce, makeSwarm, readAll } from './swarms.ts'
import type { Swarm } from '../src/index.ts'
import type { AddressInfo, Server, Socket } from 'node:net'

describe('upgrader', () => {
  afterEach(closeAll)

  for (const [name, encrypter, security] of [['noise', noise, '/noise'], ['tls', tls, '/tls/1.0.0']] as const) {
    it(`secures with ${name} and settles the muxer in its handshake`, async () => {
      const [a, b] = await Promise.all([makeSwarm({ connectionEncrypters: [encrypter()] }), makeSwarm({ connectionEncrypters: [encrypter()] })])
      await introduce(a, b)

      await expect(a.dialPeer(b.localPeer)).to.eventually.have.deep.property('state', { transport: 'tcp', security, muxer: '/yamux/1.0.0', earlyMuxer: true })
    })
  }

  it('takes the first security protocol that both have', async () => {
    const [a, b] = await Promise.all([makeSwarm({ connectionEncrypters: [noise(), tls()] }), makeSwarm({ connectionEncrypters: [tls()] })])
    await introduce(a, b)

    await expect(a.dialPeer(b.localPeer)).to.eventually.have.property('encryption', '/tls/1.0.0')
  })

  it('has no connection when there is no common security protocol', async () => {
    const [a, b] = await Promise.all([makeSwarm({ connectionEncrypters: [noise()] }), makeSwarm({ connectionEncrypters: [tls()] })])

    await expect(a.dialAddresses(b.listenAddresses())).to.eventually.be.rejected()
    expect(a.conns()).to.be.empty()
    expect(b.conns()).to.be.empty()
  })

  it('refuses a peer that is not the one in the address', async () => {
    const [a, b, c] = await Promise.all([makeSwarm(), makeSwarm(), makeSwarm()])
    await a.peerStore.merge(c.localPeer, { multiaddrs: b.listenAddresses() })

    await expect(a.dialPeer(c.localPeer)).to.eventually.be.rejected()
    expect(a.conns()).to.be.empty()
  })

  it('does not talk to itself', async () => {
    const a = await makeSwarm()

    await expect(a.dialAddresses(a.listenAddresses())).to.eventually.be.rejected()
    expect(a.conns()).to.be.empty()
  })

  it('refuses inbound connections above the limit, and takes them again when there is room', async () => {
    const [a, b, c] = await Promise.all([makeSwarm(), makeSwarm(), makeSwarm({ limits: { scopes: { system: { conns: 1 } } } })])
    await introduce(a, c)
    await a.dialPeer(c.localPeer)
    await expect(b.dialAddresses(c.listenAddresses())).to.eventually.be.rejected()

    const gone = new Promise<void>(resolve => { c.notify({ disconnected: () => { resolve() } }) })
    await a.closePeer(c.localPeer)
    await gone
    // b would have to wait out its backoff
    await expect(a.dialPeer(c.localPeer)).to.eventually.have.property('status', 'open')
  })

  it('does not dial above the limit: the dial waits until there is room, or its time is over', async () => {
    const [a, b, c] = await Promise.all([makeSwarm({ limits: { scopes: { system: { connsOutbound: 1 } } } }), makeSwarm(), makeSwarm()])
    let reached = 0
    c.notify({ connected: () => { reached++ } })
    await Promise.all([introduce(a, b), introduce(a, c)])
    await a.dialPeer(b.localPeer)

    await expect(a.dialPeer(c.localPeer, { signal: AbortSignal.timeout(50) })).to.eventually.be.rejected()
    expect(reached).to.equal(0)
    const waiting = a.dialPeer(c.localPeer)
    await a.closePeer(b.localPeer)
    await expect(waiting).to.eventually.have.property('status', 'open')
  })

  describe('with a far end that means ill', () => {
    let server: Server
    let sockets: Socket[]

    beforeEach(async () => {
      sockets = []
      server = createServer(socket => { sockets.push(socket.on('error', () => {})) }).listen(0, '127.0.0.1')
      await once(server, 'listening')
    })

    afterEach(() => {
      sockets.forEach(socket => socket.destroy())
      server.close()
    })

    it('closes the socket of a dial that is no longer wanted', async () => {
      const a = await makeSwarm()
      const controller = new AbortController()
      const { port } = server.address() as AddressInfo
      const accepted = once(server, 'connection') as Promise<[Socket]>
      const dial = a.dialAddresses([multiaddr(`/ip4/127.0.0.1/tcp/${port}`)], { signal: controller.signal })
      const [socket] = await accepted
      socket.resume()
      const closed = closeOf(socket)
      controller.abort()

      await expect(dial).to.eventually.be.rejected()
      await closed
    })

    it('drops an inbound connection that says nothing', async () => {
      const a = await makeSwarm({ inboundUpgradeTimeout: 50 })
      const socket = connectTo(a)

      await closeOf(socket.resume())
      expect(a.conns()).to.be.empty()
    })

    it('survives garbage at any point of the handshake, and goes on serving others', async () => {
      const [a, b] = await Promise.all([makeSwarm({ inboundUpgradeTimeout: 2_000 }), makeSwarm()])
      a.handle('/echo', echo)
      const opening = Buffer.from('\x13/multistream/1.0.0\n\x07/noise\n')

      await fc.assert(fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.nat(opening.length), async (garbage, cut) => {
        const socket = connectTo(a)
        socket.end(Buffer.concat([opening.subarray(0, cut), garbage]))
        await closeOf(socket.resume())
      }), { numRuns: 200 })

      await introduce(b, a)
      const stream = await b.newStream(a.localPeer, '/echo')
      const answer = readAll(stream)
      stream.send(new Uint8Array([1, 2, 3]))
      await stream.close()
      expect([...await answer]).to.deep.equal([1, 2, 3])
      expect(a.conns()).to.have.lengthOf(1)
    })
  })
})

/** `once` would reject on the ECONNRESET that comes before. */
async function closeOf (socket: Socket): Promise<void> {
  return new Promise(resolve => { socket.once('close', () => { resolve() }) })
}

function connectTo (swarm: Swarm): Socket {
  const port = Number(swarm.listenAddresses()[0]?.getComponents()[1]?.value)

  return connect(port, '127.0.0.1').on('error', () => {})
}
