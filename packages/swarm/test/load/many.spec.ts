import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { createSwarm } from '../../src/index.ts'
import { echo, readAll } from '../swarms.ts'
import type { CreateSwarmInit, Swarm } from '../../src/index.ts'
import type { Connection, Stream } from '@libp2p/interface'

const CONNECTIONS = 2_000
const STREAMS_PER_CONNECTION = 10

/** So many peers come at once. */
const AT_ONCE = 50

describe('one process', function () {
  this.timeout(180_000)

  it(`carries ${CONNECTIONS} connections and ${CONNECTIONS * STREAMS_PER_CONNECTION} streams, both ends of them`, async () => {
    const hub = await makeSwarm({ listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')] })
    hub.handle('/echo', echo)
    const peers: Swarm[] = []
    const connections: Connection[] = []

    while (peers.length < CONNECTIONS) {
      const next = await Promise.all(Array.from({ length: AT_ONCE }, async () => makeSwarm()))
      peers.push(...next)
      connections.push(...await Promise.all(next.map(async peer => peer.dialAddresses(hub.listenAddresses()))))
    }

    const streams: Stream[] = []

    for (let i = 0; i < connections.length; i += AT_ONCE) {
      const opened = connections.slice(i, i + AT_ONCE).flatMap(connection => Array.from({ length: STREAMS_PER_CONNECTION }, async () => connection.newStream('/echo')))
      streams.push(...await Promise.all(opened))
    }

    // all at once, so that all are open when the first one has its answer
    const answers = await Promise.all(streams.map(async (stream, i) => ask(stream, i)))
    expect(answers.filter((answer, i) => answer !== `${i}`)).to.be.empty()
    expect(hub.conns()).to.have.lengthOf(CONNECTIONS)
    expect(hub.peers()).to.have.lengthOf(CONNECTIONS)
    expect(count(hub)).to.equal(CONNECTIONS * STREAMS_PER_CONNECTION)

    await Promise.all(streams.map(finish))
    await eventually(() => count(hub) === 0)
    await Promise.all(peers.map(async peer => peer.close()))
    await eventually(() => hub.conns().length === 0)
    await hub.close()
    expect(hub.snapshot().resources).to.deep.equal({})
  })
})

async function makeSwarm (init: CreateSwarmInit = {}): Promise<Swarm> {
  return createSwarm({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    limits: { memory: 2 ** 37, connections: false },
    ...init
  })
}

function count (swarm: Swarm): number {
  return swarm.conns().reduce((sum, { streams }) => sum + streams.length, 0)
}

/** Resolves with what comes back first; the stream stays open. */
async function ask (stream: Stream, i: number): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    stream.addEventListener('message', event => { resolve(new TextDecoder().decode(event.data.subarray())) }, { once: true })
    stream.addEventListener('close', event => { reject(event.error ?? new Error('closed before it answered')) }, { once: true })
  })
  stream.send(new TextEncoder().encode(`${i}`))

  return answer
}

async function finish (stream: Stream): Promise<void> {
  const rest = readAll(stream)
  await stream.close()
  expect((await rest).byteLength).to.equal(0)
}

async function eventually (condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
