import { generateKeyPair } from '@libp2p/crypto/keys'
import tests from '@libp2p/interface-compliance-tests/connection-encryption'
import { defaultLogger } from '@libp2p/logger'
import { noise as theirs } from '@libp2p/noise'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { expect } from 'aegir/chai'
import { noise as ours } from '../src/index.ts'
import type { ConnectionEncrypter, MessageStream, PeerId, PrivateKey, StreamMuxerFactory, Upgrader } from '@libp2p/interface'

type Factory = (components: any) => ConnectionEncrypter

const YAMUX = { protocol: '/yamux/1.0.0' } as unknown as StreamMuxerFactory
const MPLEX = { protocol: '/mplex/6.7.0' } as unknown as StreamMuxerFactory

function make (factory: Factory, privateKey: PrivateKey, muxers: StreamMuxerFactory[]): ConnectionEncrypter {
  const upgrader = { getStreamMuxers: () => new Map(muxers.map(muxer => [muxer.protocol, muxer])) } as unknown as Upgrader

  return factory({ privateKey, peerId: peerIdFromPrivateKey(privateKey), logger: defaultLogger(), upgrader })
}

async function end (factory: Factory, muxers: StreamMuxerFactory[] = []): Promise<{ encrypter: ConnectionEncrypter, peer: PeerId }> {
  const privateKey = await generateKeyPair('Ed25519')

  return { encrypter: make(factory, privateKey, muxers), peer: peerIdFromPrivateKey(privateKey) }
}

async function read (stream: MessageStream, bytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []

  return new Promise((resolve, reject) => {
    stream.addEventListener('message', event => {
      pieces.push(event.data.subarray().slice())
      const joined = Buffer.concat(pieces)

      if (joined.byteLength >= bytes) {
        resolve(joined)
      }
    })
    stream.addEventListener('close', event => { reject(event.error ?? new Error('closed')) })
  })
}

describe('js-libp2p\'s compliance suite for encrypters', () => {
  tests({
    async setup (args) {
      return make(ours(), args?.privateKey ?? await generateKeyPair('Ed25519'), [])
    },
    async teardown () {}
  })
})

for (const [name, dialer, listener] of [['we dial @libp2p/noise', ours, theirs], ['@libp2p/noise dials us', theirs, ours], ['both ours', ours, ours]] as const) {
  describe(`noise, ${name}`, () => {
    it('carries 2 MiB both ways', async () => {
      const [a, b] = await Promise.all([end(dialer()), end(listener())])
      const [outbound, inbound] = multiaddrConnectionPair()
      const [left, right] = await Promise.all([a.encrypter.secureOutbound(outbound, { remotePeer: b.peer }), b.encrypter.secureInbound(inbound)])
      const data = Uint8Array.from({ length: 2 * 1024 * 1024 }, (_, i) => i % 251)
      const [there, back] = [read(right.connection, data.byteLength), read(left.connection, data.byteLength)]

      for (let offset = 0; offset < data.byteLength; offset += 100_000) {
        left.connection.send(data.subarray(offset, offset + 100_000))
        right.connection.send(data.subarray(offset, offset + 100_000))
      }

      expect(Buffer.compare(await there, data)).to.equal(0)
      expect(Buffer.compare(await back, data)).to.equal(0)
      expect(left.remotePeer.equals(b.peer)).to.equal(true)
      expect(right.remotePeer.equals(a.peer)).to.equal(true)
    })

    it('settles the muxer that the initiator prefers', async () => {
      const [a, b] = await Promise.all([end(dialer(), [MPLEX, YAMUX]), end(listener(), [YAMUX, MPLEX])])
      const [outbound, inbound] = multiaddrConnectionPair()
      const [left, right] = await Promise.all([a.encrypter.secureOutbound(outbound), b.encrypter.secureInbound(inbound)])

      // @libp2p/noise takes the first of what the far end sent, whoever that is
      if (dialer === ours && listener === ours) {
        expect(left.streamMuxer).to.equal(MPLEX)
        expect(right.streamMuxer).to.equal(MPLEX)
      } else {
        expect(left.streamMuxer).to.be.oneOf([MPLEX, YAMUX])
      }
    })

    it('settles the only muxer that both have', async () => {
      const [a, b] = await Promise.all([end(dialer(), [YAMUX]), end(listener(), [YAMUX])])
      const [outbound, inbound] = multiaddrConnectionPair()
      const [left, right] = await Promise.all([a.encrypter.secureOutbound(outbound), b.encrypter.secureInbound(inbound)])

      expect([left.streamMuxer, right.streamMuxer]).to.deep.equal([YAMUX, YAMUX])
    })

    it('refuses another peer than the one that was dialed', async () => {
      const [a, b, other] = await Promise.all([end(dialer()), end(listener()), end(listener())])
      const [outbound, inbound] = multiaddrConnectionPair()
      const answer = b.encrypter.secureInbound(inbound, { signal: AbortSignal.timeout(200) }).catch(() => {})

      await expect(a.encrypter.secureOutbound(outbound, { remotePeer: other.peer })).to.eventually.be.rejected()
      outbound.abort(new Error('over'))
      await answer
    })
  })
}

describe('noise', () => {
  it('aborts a connection whose bytes were changed on the way', async () => {
    const [a, b] = await Promise.all([end(ours()), end(ours())])
    const [outbound, inbound] = multiaddrConnectionPair()
    const [left, right] = await Promise.all([a.encrypter.secureOutbound(outbound), b.encrypter.secureInbound(inbound)])
    const failed = read(right.connection, 1)
    left.connection.send(Uint8Array.of(1))
    outbound.send(Uint8Array.from([0, 20, ...new Uint8Array(20)]))
    await failed
    const closed = new Promise<Error | undefined>(resolve => { right.connection.addEventListener('close', event => { resolve(event.error) }) })

    await expect(closed).to.eventually.have.property('code', 'ERR_NOISE_DECRYPT')
    expect(inbound.status).to.equal('aborted')
  })

  it('has no muxer in common: refused', async () => {
    const [a, b] = await Promise.all([end(ours(), [MPLEX]), end(ours(), [YAMUX])])
    const [outbound, inbound] = multiaddrConnectionPair()
    const [left, right] = await Promise.allSettled([a.encrypter.secureOutbound(outbound), b.encrypter.secureInbound(inbound)])

    expect(left).to.have.nested.property('reason.code', 'ERR_NOISE_MUXER')
    expect(right).to.have.nested.property('reason.code', 'ERR_NOISE_MUXER')
  })

  it('leaves the muxer to multistream-select when one end offers none', async () => {
    const [a, b] = await Promise.all([end(ours(), [YAMUX]), end(ours())])
    const [outbound, inbound] = multiaddrConnectionPair()
    const [left] = await Promise.all([a.encrypter.secureOutbound(outbound), b.encrypter.secureInbound(inbound)])

    expect(left.streamMuxer).to.equal(undefined)
  })
})
