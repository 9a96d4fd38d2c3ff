import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromString } from '@libp2p/peer-id'
import { noise } from '@libp2p-ws/noise'
import { createSwarm } from '@libp2p-ws/swarm'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { BUILD_TIMEOUT, MissingToolchainError } from '../src/builds.ts'
import { Child } from '../src/child-process.ts'
import { PROTOCOL } from '../src/contract.ts'
import { preparePeer, QUICK_PEERS } from '../src/peers.ts'
import type { DialReport, Listening } from '../src/contract.ts'
import type { Peer, RemoteName } from '../src/peers.ts'
import type { Connection, PrivateKey, Stream } from '@libp2p/interface'
import type { Swarm } from '@libp2p-ws/swarm'

/** For a step of the far end, ms. */
const STEP_TIMEOUT = 30_000

/** Ms after which the connection that ours does not prefer is closed, if it is idle. */
const IDLE_TIMEOUT = 300

/** Bytes that the far end sends, in each of its transfers. */
const SIZE = 2 ** 22

/** Others that are built with more patience: `INTEROP_PEERS=go,js,rust`. */
const PEERS = (process.env['INTEROP_PEERS']?.split(',') ?? QUICK_PEERS) as RemoteName[]

PEERS.forEach(remoteName => {
  describe(`two connections with ${remoteName}-libp2p, one dialed by each end`, () => {
    let remote: Peer
    let swarm: Swarm
    let child: Child

    before(async function () {
      this.timeout(BUILD_TIMEOUT)

      try {
        remote = await preparePeer(remoteName)
      } catch (err) {
        if (!(err instanceof MissingToolchainError)) {
          throw err
        }

        // eslint-disable-next-line no-console
        console.log(`skipped: ${err.message}`)
        this.skip()
      }
    })

    afterEach(async () => {
      await child.stop()
      await swarm.close()
    })

    it('lose nothing, where its own id is likely to be the first', async () => meet('first'))

    it('lose nothing, where its own id is likely to be the last', async () => meet('last'))

    /** By the order of the ids, ours keeps the one or the other. */
    async function meet (end: 'first' | 'last'): Promise<void> {
      swarm = await makeSwarm(await keyWhoseIdIs(end))
      const inbound = new Promise<Connection>(resolve => { swarm.notify({ connected: resolve }) })
      const tests = ['echo', 'echo', 'echo', 'echo'].flatMap(name => ['--test', name])
      child = new Child(remote.command, [...remote.args, 'dial', `${swarm.listenAddresses()[0]}/p2p/${swarm.localPeer}`, '--listen', '/ip4/127.0.0.1/tcp/0/ws', '--security', 'noise', ...tests, '--size', `${SIZE}`])
      const { addrs: [address = ''], peerId }: Listening = JSON.parse(await child.readLine(STEP_TIMEOUT))
      const peer = peerIdFromString(peerId)
      await swarm.peerStore.merge(peer, { multiaddrs: [multiaddr(address)] })
      const connections = [await inbound, await swarm.dialPeer(peer, { force: true })]
      expect(connections.map(({ direction }) => direction)).to.deep.equal(['inbound', 'outbound'])

      // on both, for far longer than a connection may be idle
      await Promise.all(connections.map(async connection => echoSlowly(await connection.newStream(PROTOCOL.echo))))
      const report: DialReport = JSON.parse(await child.readLine(STEP_TIMEOUT))
      expect(report).to.have.property('ok', true, JSON.stringify(report))
      await oneLeft(swarm)

      expect(swarm.conns()[0]?.direction).to.equal(swarm.localPeer.toString() < peerId ? 'outbound' : 'inbound')
      await echoSlowly(await swarm.newStream(peer, PROTOCOL.echo))
    }
  })
})

async function makeSwarm (privateKey: PrivateKey): Promise<Swarm> {
  const swarm = await createSwarm({
    privateKey,
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')],
    duplicateIdleTimeout: IDLE_TIMEOUT
  })
  swarm.handle(PROTOCOL.echo, async stream => {
    for await (const chunk of stream) {
      if (!stream.send(chunk)) {
        await stream.onDrain()
      }
    }

    await stream.close()
  })

  return swarm
}

/** Whose id is the first, or the last, of a hundred: the far end's is in between, most of the time. */
async function keyWhoseIdIs (end: 'first' | 'last'): Promise<PrivateKey> {
  const keys = await Promise.all(Array.from({ length: 100 }, async () => generateKeyPair('Ed25519')))
  const sorted = keys.sort((a, b) => a.publicKey.toString() < b.publicKey.toString() ? -1 : 1)

  return sorted.at(end === 'first' ? 0 : -1) ?? expect.fail('no key')
}

async function echoSlowly (stream: Stream): Promise<void> {
  const pieces = Array.from({ length: 10 }, (_, i) => new Uint8Array(10_000).fill(i))
  const received: Uint8Array[] = []
  const answer = (async () => {
    for await (const chunk of stream) {
      received.push(chunk.subarray())
    }
  })()

  for (const piece of pieces) {
    stream.send(piece)
    await new Promise(resolve => setTimeout(resolve, IDLE_TIMEOUT / 3))
  }

  await stream.close()
  await answer
  expect(Buffer.concat(received).equals(Buffer.concat(pieces))).to.equal(true)
}

async function oneLeft (swarm: Swarm): Promise<void> {
  if (swarm.conns().length > 1) {
    await new Promise<void>(resolve => { swarm.notify({ disconnected: () => { resolve() } }) })
  }

  expect(swarm.conns()).to.have.lengthOf(1)
}
