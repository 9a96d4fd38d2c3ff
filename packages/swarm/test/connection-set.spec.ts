import { generateKeyPair } from '@libp2p/crypto/keys'
import { CONNECTION_ERROR_CODES } from '@libp2p-ws/core'
import { identityOf } from '@libp2p-ws/identity'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { GoAwayError, yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TypedEventEmitter } from 'main-event'
import { closeAll, echo, introduce, makeSwarm, readAll } from './swarms.ts'
import type { CreateSwarmInit, Swarm } from '../src/index.ts'
import type { Connection, Libp2pEvents } from '@libp2p/interface'

describe('two peers that dial each other at the same moment', () => {
  afterEach(closeAll)

  async function both (duplicateIdleTimeout: number, initOfA: CreateSwarmInit = {}, initOfB: CreateSwarmInit = {}): Promise<[Swarm, Swarm]> {
    const [a, b] = await Promise.all([makeSwarm({ duplicateIdleTimeout, ...initOfA }), makeSwarm({ duplicateIdleTimeout, ...initOfB })])
    a.handle('/echo', echo)
    b.handle('/echo', echo)
    await Promise.all([introduce(a, b), introduce(b, a)])
    const up = [twoConnections(a), twoConnections(b)]
    await Promise.all([a.dialPeer(b.localPeer), b.dialPeer(a.localPeer)])
    await Promise.all(up)

    return [a, b]
  }

  it('take the same connection for new streams', async () => {
    const [a, b] = await both(60_000)

    expect(a.bestConnToPeer(b.localPeer)?.direction).to.not.equal(b.bestConnToPeer(a.localPeer)?.direction)
    await Promise.all([a.newStream(b.localPeer, '/echo'), b.newStream(a.localPeer, '/echo')])
    expect(a.conns().map(({ streams }) => streams.length).sort()).to.deep.equal([0, 2])
  })

  it('close the other one when it is idle', async () => {
    const [a, b] = await both(30)
    await Promise.all([oneConnection(a), oneConnection(b)])

    expect(a.conns()).to.have.lengthOf(1)
    expect(b.conns()).to.have.lengthOf(1)
    expect(a.conns()[0]?.direction).to.not.equal(b.conns()[0]?.direction)
  })

  it('tell the far end of ours that it was supplanted', async () => {
    const layers = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()], listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')] }
    const [a, b] = await both(30, { ...layers, duplicateIdleTimeout: 60_000 }, layers)
    const spare = a.conns().find(connection => connection !== a.bestConnToPeer(b.localPeer))
    const code = new Promise<number | undefined>(resolve => { spare?.addEventListener('close', ({ error }) => { resolve(error instanceof GoAwayError ? error.remoteCode : undefined) }) })

    expect(await code).to.equal(CONNECTION_ERROR_CODES.SUPPLANTED)
    expect(a.conns()).to.have.lengthOf(1)
  })

  it('never cut a stream that is in flight', async () => {
    const [a, b] = await both(30)
    const kept = a.bestConnToPeer(b.localPeer)
    const other = a.conns().find(connection => connection !== kept)
    const stream = await other?.newStream('/echo')
    const answer = stream == null ? undefined : readAll(stream)

    // far longer than the idle timeout: another stream comes and goes meanwhile
    for (let i = 0; i < 5; i++) {
      const passing = await a.newStream(b.localPeer, '/echo')
      const done = readAll(passing)
      await new Promise(resolve => setTimeout(resolve, 20))
      await passing.close()
      await done
    }

    stream?.send(new Uint8Array([1, 2, 3]))
    await stream?.close()
    expect([...await answer ?? []]).to.deep.equal([1, 2, 3])
    await oneConnection(a)
    expect(a.conns()[0]).to.equal(kept)
  })
})

describe('trimming', () => {
  afterEach(closeAll)

  it('closes the connection that is worth least, and says so', async () => {
    const events = new TypedEventEmitter<Libp2pEvents>()
    const pruned = new Promise<Connection[]>(resolve => { events.addEventListener('connection:prune', event => { resolve(event.detail) }) })
    const hub = await makeSwarm({ events, limits: { connections: { lowWater: 1, highWater: 1, gracePeriod: 0 } } })
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    hub.tags.set(a.localPeer.toString(), 'friend', 10, Date.now())
    await a.dialAddresses(hub.listenAddresses())
    await b.dialAddresses(hub.listenAddresses())

    expect((await pruned).map(connection => connection.remotePeer.toString())).to.deep.equal([b.localPeer.toString()])
    await oneConnection(hub)
    expect(hub.connectedness(a.localPeer)).to.equal('connected')
  })
})

describe('trimming over ws, noise and yamux of ours', () => {
  afterEach(closeAll)

  it('tells the far end why', async () => {
    const layers = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] }
    const hub = await makeSwarm({ ...layers, listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')], limits: { connections: { lowWater: 0, highWater: 0, gracePeriod: 0 } } })
    const peer = await makeSwarm({ ...layers, listen: [] })
    const connection = await peer.dialAddresses(hub.listenAddresses())
    const error = await new Promise<Error | undefined>(resolve => { connection.addEventListener('close', event => { resolve(event.error) }) })

    expect(error?.message).to.include(`0x${CONNECTION_ERROR_CODES.GARBAGE_COLLECTED.toString(16)}`)
  })
})

describe('identity', () => {
  afterEach(closeAll)

  for (const type of ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const) {
    it(`may be ${type}`, async () => {
      const { privateKey } = identityOf(await generateKeyPair(type as 'Ed25519'))
      const connectionEncrypters = [noise()]
      const [a, b] = await Promise.all([makeSwarm({ privateKey, connectionEncrypters }), makeSwarm({ connectionEncrypters })])
      const connected = new Promise<void>(resolve => { b.notify({ connected: () => { resolve() } }) })
      const connection = await a.dialAddresses(b.listenAddresses())
      await connected

      expect(a.localPeer.publicKey?.equals(privateKey.publicKey)).to.equal(true)
      expect(connection.remotePeer.equals(b.localPeer)).to.equal(true)
      expect(b.conns()[0]?.remotePeer.equals(a.localPeer)).to.equal(true)
      expect(b.conns()[0]?.remotePublicKey?.equals(privateKey.publicKey)).to.equal(true)

      await b.peerStore.merge(a.localPeer, { multiaddrs: a.listenAddresses() })
      await a.close()
      expect((await b.peerStore.get(a.localPeer)).id.equals(a.localPeer)).to.equal(true)
    })
  }

  it('may not be ECDSA where a noise of js-libp2p reads it, which has no such peer ids', async () => {
    const [a, b] = await Promise.all([makeSwarm({ privateKey: await generateKeyPair('ECDSA'), connectionEncrypters: [noise()] }), makeSwarm()])

    await expect(b.dialAddresses(a.listenAddresses())).to.eventually.be.rejected.with.nested.property('dialErrors[0].cause.name', 'EncryptionFailedError')
  })
})

async function twoConnections (swarm: Swarm): Promise<void> {
  return new Promise(resolve => {
    swarm.notify({
      connected: () => {
        if (swarm.conns().length === 2) {
          resolve()
        }
      }
    })
  })
}

async function oneConnection (swarm: Swarm): Promise<void> {
  if (swarm.conns().length === 1) {
    return
  }

  return new Promise(resolve => { swarm.notify({ disconnected: () => { resolve() } }) })
}
