import { quic } from '@chainsafe/libp2p-quic'
import { memory } from '@libp2p/memory'
import { mplex } from '@libp2p/mplex'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p-ws/transport'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, introduce, makeSwarm, readAll, writeAll } from './swarms.ts'

const TRANSPORTS = [
  { name: 'ws', factory: webSockets(), listen: '/ip4/127.0.0.1/tcp/0/ws' },
  { name: 'tcp', factory: tcp(), listen: '/ip4/127.0.0.1/tcp/0' },
  { name: 'quic-v1', factory: quic(), listen: '/ip4/127.0.0.1/udp/0/quic-v1' },
  { name: 'memory', factory: memory(), listen: '/memory/swarm-test' }
]

describe('transports and muxers of js-libp2p plug in', () => {
  afterEach(closeAll)

  for (const { name, factory, listen } of TRANSPORTS) {
    it(`${name}: echoes 1 MiB`, async () => {
      const init = { transports: [factory] }
      const [a, b] = await Promise.all([makeSwarm({ ...init, listen: [] }), makeSwarm({ ...init, listen: [multiaddr(listen)] })])
      b.handle('/echo', echo)
      await introduce(a, b)
      const stream = await a.newStream(b.localPeer, '/echo')
      const answer = readAll(stream)
      const sent = crypto.getRandomValues(new Uint8Array(65_536))

      for (let i = 0; i < 16; i++) {
        await writeAll(stream, sent)
      }

      await stream.close()
      expect(Buffer.compare(await answer, Buffer.concat(Array.from({ length: 16 }, () => sent)))).to.equal(0)
      expect(a.conns()[0]).to.have.nested.property('state.transport', name)
    })
  }

  it('several transports at once: each takes its addresses', async () => {
    const all = { transports: TRANSPORTS.map(({ factory }) => factory) }
    const [a, b] = await Promise.all([makeSwarm({ ...all, listen: [] }), makeSwarm({ ...all, listen: TRANSPORTS.map(({ listen }) => multiaddr(listen)) })])

    for (const address of b.listenAddresses()) {
      const connection = await a.dialAddresses([address], { force: true })
      expect(connection.remoteAddr.toString()).to.equal(`${address}/p2p/${b.localPeer}`)
      await connection.close()
    }
  })

  it('ws tells both addresses of a connection, where others tell the far one', async () => {
    const [a, b] = await Promise.all([makeSwarm({ transports: [webSockets()], listen: [] }), makeSwarm({ transports: [webSockets()], listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')] })])
    b.handle('/echo', echo)
    await introduce(a, b)
    // both ends have it when a stream has been opened
    await a.newStream(b.localPeer, '/echo')
    const [near, far] = [a.conns()[0], b.conns()[0]]
    expect(`${near?.localAddr}/p2p/${a.localPeer}`).to.equal(far?.remoteAddr.toString())
    expect(`${far?.localAddr}/p2p/${b.localPeer}`).to.equal(near?.remoteAddr.toString())
  })

  it('mplex, settled by multistream-select', async () => {
    const [a, b] = await Promise.all([makeSwarm({ streamMuxers: [mplex()] }), makeSwarm({ streamMuxers: [mplex()] })])
    b.handle('/echo', echo)
    await introduce(a, b)
    const stream = await a.newStream(b.localPeer, '/echo')
    const answer = readAll(stream)
    stream.send(new Uint8Array([1, 2, 3]))
    await stream.close()

    expect([...await answer]).to.deep.equal([1, 2, 3])
    expect(a.conns()[0]).to.have.property('multiplexer', '/mplex/6.7.0')
  })
})
