import { once } from 'node:events'
import { mplex } from '@libp2p/mplex'
import { noise as theirNoise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { yamux as theirYamux } from '@libp2p/yamux'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, ended, introduce, makeSwarm, readAll, writeAll } from './swarms.ts'
import type { CreateSwarmInit, Swarm } from '../src/index.ts'
import type { Stream } from '@libp2p/interface'

const TRANSPORTS = { tcp: { transport: tcp, listen: '/ip4/127.0.0.1/tcp/0' }, 'our ws': { transport: webSockets, listen: '/ip4/127.0.0.1/tcp/0/ws' } }
const ENCRYPTERS = { 'our noise': noise, '@libp2p/noise': theirNoise, '@libp2p/tls': tls }
const MUXERS = { 'our yamux': yamux, '@libp2p/yamux': theirYamux, '@libp2p/mplex': mplex }

type Encrypter = keyof typeof ENCRYPTERS
type Muxer = keyof typeof MUXERS

/** The same protocol at both ends, by each implementation. */
const SECURITIES: Array<[Encrypter, Encrypter]> = [['our noise', 'our noise'], ['our noise', '@libp2p/noise'], ['@libp2p/noise', 'our noise'], ['@libp2p/tls', '@libp2p/tls']]
const MUXINGS: Array<[Muxer, Muxer]> = [['our yamux', 'our yamux'], ['our yamux', '@libp2p/yamux'], ['@libp2p/yamux', 'our yamux'], ['@libp2p/mplex', '@libp2p/mplex']]

const DATA = Uint8Array.from({ length: 1024 * 1024 }, (_, i) => i % 251)

async function meet (transport: keyof typeof TRANSPORTS, [near, far]: Array<Partial<CreateSwarmInit>>): Promise<[Swarm, Swarm]> {
  const common = { transports: [TRANSPORTS[transport].transport()], listen: [multiaddr(TRANSPORTS[transport].listen)] }
  const [a, b] = await Promise.all([makeSwarm({ ...common, ...near }), makeSwarm({ ...common, ...far })])
  b.handle('/echo', echo)
  await introduce(a, b)

  return [a, b]
}

async function echoes (a: Swarm, b: Swarm): Promise<void> {
  const stream = await a.newStream(b.localPeer, '/echo')
  const answer = readAll(stream)
  await writeAll(stream, DATA)
  await stream.close()
  expect(Buffer.compare(await answer, DATA)).to.equal(0)
}

async function firstBytes (stream: Stream, count: number): Promise<number[]> {
  const bytes: number[] = []

  return new Promise(resolve => {
    stream.addEventListener('message', event => {
      bytes.push(...event.data.subarray())
      bytes.length >= count && resolve(bytes)
    })
  })
}

describe('layers of a connection', () => {
  afterEach(closeAll)

  for (const transport of ['tcp', 'our ws'] as const) {
    for (const [near, far] of SECURITIES) {
      for (const [muxer, farMuxer] of MUXINGS) {
        it(`carry 1 MiB and back over ${transport}: ${near} and ${muxer} to ${far} and ${farMuxer}`, async () => {
          const [a, b] = await meet(transport, [
            { connectionEncrypters: [ENCRYPTERS[near]()], streamMuxers: [MUXERS[muxer]()] },
            { connectionEncrypters: [ENCRYPTERS[far]()], streamMuxers: [MUXERS[farMuxer]()] }
          ])
          await echoes(a, b)
          expect(a.conns()[0]?.state).to.deep.include({ security: ENCRYPTERS[near] === tls ? '/tls/1.0.0' : '/noise', earlyMuxer: true })
        })
      }
    }
  }

  it('settle the security by multistream-select where there is a choice, and the muxer too', async () => {
    const [a, b] = await meet('our ws', [
      { connectionEncrypters: [tls(), noise()], streamMuxers: [mplex(), yamux()] },
      { connectionEncrypters: [noise()], streamMuxers: [yamux()] }
    ])
    await echoes(a, b)
    expect(a.conns()[0]?.state).to.deep.equal({ transport: 'ws', security: '/noise', muxer: '/yamux/1.0.0', earlyMuxer: true })
  })
})

for (const [name, muxer] of [['ours', yamux], ['@libp2p/yamux', theirYamux]] as const) {
  describe(`streams on a muxer of ${name}`, () => {
    let a: Swarm
    let b: Swarm

    beforeEach(async () => {
      const layers = { connectionEncrypters: [noise()], streamMuxers: [muxer()] };
      [a, b] = await meet('our ws', [layers, layers])
    })

    afterEach(closeAll)

    it('lose nothing that came before there was a reader', async () => {
      b.handle('/late', async stream => {
        await new Promise(resolve => setTimeout(resolve, 20))
        stream.addEventListener('message', event => { stream.send(event.data) })
      })

      // the second is not waited for by whoever opened it
      for (let i = 0; i < 2; i++) {
        const stream = await a.newStream(b.localPeer, '/late')
        stream.send(Uint8Array.of(1, 2))
        stream.send(Uint8Array.of(3))
        await new Promise(resolve => setTimeout(resolve, 40))
        await expect(firstBytes(stream, 3)).to.eventually.deep.equal([1, 2, 3])
        stream.abort(new Error('enough'))
      }
    })

    it('are aborted with the reason when the protocol is spoken no more', async () => {
      await echoes(a, b)
      b.unhandle('/echo')
      const refused = a.newStream(b.localPeer, '/echo').then(ended, (err: Error) => err)
      await expect(refused).to.eventually.have.property('name', 'UnsupportedProtocolError')
      // and are asked for in full again
      await expect(a.newStream(b.localPeer, '/echo')).to.eventually.be.rejected().with.property('name', 'UnsupportedProtocolError')
    })

    it('take what comes with the proposal, and count what the limits count', async () => {
      b.handle('/one', echo)
      const streams = [await a.newStream(b.localPeer, '/one', { maxOutboundStreams: 2 })]
      streams.push(await a.newStream(b.localPeer, '/one', { maxOutboundStreams: 2 }))
      await expect(a.newStream(b.localPeer, '/one', { maxOutboundStreams: 2 })).to.eventually.be.rejected().with.property('name', 'TooManyOutboundProtocolStreamsError')
      await Promise.all(streams.map(async stream => { stream.abort(new Error('enough')) }))
      const again = await a.newStream(b.localPeer, '/one', { maxOutboundStreams: 1 })
      again.abort(new Error('enough'))
    })

    it('end at the deadline when the far end does not answer', async () => {
      b.setStreamHandler(() => {})
      const c = await makeSwarm({ transports: [webSockets()], listen: [], connectionEncrypters: [noise()], streamMuxers: [muxer()], outboundStreamProtocolNegotiationTimeout: 20 })
      await introduce(c, b)
      await expect(c.newStream(b.localPeer, '/echo')).to.eventually.be.rejected().with.property('name', 'TimeoutError')

      const aborted = AbortSignal.abort(new Error('changed my mind'))
      await expect(a.newStream(b.localPeer, '/echo', { signal: aborted })).to.eventually.be.rejectedWith('changed my mind')
    })
  })
}

describe('a stream that waits for no answer', () => {
  afterEach(closeAll)

  const layers = { connectionEncrypters: [noise()], streamMuxers: [yamux()] }

  it('is there at once when the far end has taken the protocol before', async () => {
    const [a, b] = await meet('our ws', [layers, layers])
    await echoes(a, b)
    // from here on nobody answers
    b.setStreamHandler(() => {})
    const stream = await a.newStream(b.localPeer, '/echo')
    expect(stream).to.have.property('protocol', '/echo')
    stream.abort(new Error('enough'))
  })

  it('is there at once when the caller says so, and not without', async () => {
    const [a, b] = await meet('our ws', [{ ...layers, outboundStreamProtocolNegotiationTimeout: 50 }, layers])
    b.setStreamHandler(() => {})
    await expect(a.newStream(b.localPeer, '/echo')).to.eventually.be.rejected().with.property('name', 'TimeoutError')
    const stream = await a.newStream(b.localPeer, '/echo', { negotiateFully: false })
    await expect(ended(stream)).to.eventually.have.property('name', 'TimeoutError')
  })

  it('brings its data to a handler that hears of both at once', async () => {
    const [a, b] = await meet('our ws', [layers, layers])
    const stream = await a.newStream(b.localPeer, '/echo', { negotiateFully: false })
    const message = once(stream as any, 'message')
    stream.send(Uint8Array.of(7))
    const [event] = await message
    expect([...event.data.subarray()]).to.deep.equal([7])
    await stream.close()
  })

  it('is asked for in full when there are several protocols', async () => {
    const [a, b] = await meet('our ws', [layers, layers])
    const stream = await a.newStream(b.localPeer, ['/none', '/echo'], { negotiateFully: false })
    expect(stream.protocol).to.equal('/echo')
    await stream.close()
  })
})
