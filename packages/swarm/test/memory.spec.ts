import { STREAM_ERROR_CODES } from '@libp2p-ws/core'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { RemoteResetError, yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, echo, ended, makeSwarm, readAll, writeAll } from './swarms.ts'
import type { ScopeLimit, Swarm } from '../src/index.ts'
import type { Connection, Stream } from '@libp2p/interface'

const KiB = 1024

/** Of a stream of yamux (yamux spec). */
const WINDOW = 256 * KiB

describe('memory of connections of ours', () => {
  afterEach(closeAll)

  async function connect (limitsOfHub: { peer?: ScopeLimit, system?: ScopeLimit } = {}): Promise<{ hub: Swarm, peer: Swarm, connection: Connection }> {
    const layers = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] }
    const hub = await makeSwarm({ ...layers, listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')], limits: { scopes: limitsOfHub } })
    const peer = await makeSwarm({ ...layers, listen: [], limits: false })
    hub.handle('/echo', echo)

    const connected = new Promise<void>(resolve => { hub.notify({ connected: () => { resolve() } }) })
    const connection = await peer.dialAddresses(hub.listenAddresses())
    await connected

    return { hub, peer, connection }
  }

  it('is a window for each stream, and nothing when all are closed', async () => {
    const { hub, peer, connection } = await connect()
    const streams = await Promise.all([1, 2, 3].map(async () => greeted(connection)))
    expect(memory(hub, peer)).to.equal(3 * WINDOW)
    expect(memory(hub)).to.equal(3 * WINDOW)

    await Promise.all(streams.map(finish))
    expect(memory(hub, peer)).to.equal(0)
    expect(memory(hub)).to.equal(0)
  })

  it('is given back by a connection that is cut', async () => {
    const { hub, connection } = await connect()
    await greeted(connection)
    const gone = new Promise<void>(resolve => { hub.notify({ disconnected: () => { resolve() } }) })
    connection.abort(new Error('cut'))
    await gone

    expect(hub.snapshot().resources).to.deep.equal({})
  })

  for (const { windows, limit } of [{ windows: 4, limit: 2_048 * KiB }, { windows: 2, limit: 1_500 * KiB }, { windows: 1, limit: 512 * KiB }]) {
    it(`lets a window grow to ${windows * 256} KiB where a peer may have ${limit / KiB} KiB: half of it, to leave room for streams`, async () => {
      const { hub, peer, connection } = await connect({ peer: { memory: limit } })
      const stream = await greeted(connection)
      let most = 0
      stream.addEventListener('message', () => { most = Math.max(most, memory(hub, peer)) })
      await writeAll(stream, new Uint8Array(32 * 1024 * KiB))
      await stream.close()
      await readAll(stream)

      expect(most).to.equal(windows * WINDOW)
      expect(memory(hub, peer)).to.equal(0)
    })
  }

  it('refuses the stream for which there is no window, and nothing else', async () => {
    const { connection } = await connect({ peer: { memory: 2 * WINDOW } })
    const streams = await Promise.all([greeted(connection), greeted(connection)])
    const refused = await connection.newStream('/echo')
    const error = await ended(refused)

    expect(error).to.be.an.instanceof(RemoteResetError).with.property('remoteCode', STREAM_ERROR_CODES.RESOURCE_LIMIT_EXCEEDED)
    await Promise.all(streams.map(finish))
    await finish(await greeted(connection))
  })

  it('refuses a stream of its own with an error that names the limit', async () => {
    const { hub, peer } = await connect({ system: { memory: WINDOW } })
    peer.handle('/echo', echo)
    const stream = await hub.newStream(peer.localPeer, '/echo')

    await expect(hub.newStream(peer.localPeer, '/echo', { signal: AbortSignal.timeout(20) })).to.eventually.be.rejected.with.property('limit', 'system.memory')
    stream.abort(new Error('done'))
    await hub.newStream(peer.localPeer, '/echo')
  })
})

/** Bytes that `swarm` holds for `peer`, or in all. */
function memory (swarm: Swarm, peer?: Swarm): number {
  return swarm.snapshot().resources?.[peer == null ? 'system' : `peer:${peer.localPeer}`]?.memory ?? 0
}

/** A stream that both ends know. */
async function greeted (connection: Connection): Promise<Stream> {
  const stream = await connection.newStream('/echo')
  const answer = new Promise(resolve => { stream.addEventListener('message', resolve, { once: true }) })
  stream.send(Uint8Array.of(1))
  await answer

  return stream
}

async function finish (stream: Stream): Promise<void> {
  const rest = readAll(stream)
  await stream.close()
  await rest
}
