import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { closeAll, introduce, makeSwarm, readAll } from './swarms.ts'

/** For a process that has nothing to do but end, ms. */
const END_TIMEOUT = 20_000

const OURS = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()], listen: [multiaddr('/ip4/127.0.0.1/tcp/0/ws')] }

describe('closing', () => {
  afterEach(closeAll)

  it('leaves nothing that keeps the process, or the swarm in memory, whatever was under way', async function () {
    this.timeout(END_TIMEOUT + 5_000)
    const child = spawn(process.execPath, ['--expose-gc', new URL('fixtures/close-all.ts', import.meta.url).pathname], { stdio: ['ignore', 'pipe', 'inherit'], timeout: END_TIMEOUT })
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])

    expect({ code, signal }).to.deep.equal({ code: 0, signal: null })
    expect(JSON.parse(output)).to.deep.equal({ alive: [], resources: [] })
  })

  it('leaves no connection, listener, socket or timer', async () => {
    const before = resources()
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    b.handle('/wait', () => {})
    await introduce(a, b)
    await a.newStream(b.localPeer, '/wait')
    await Promise.all([a.close(), b.close()])

    expect(a.conns()).to.be.empty()
    expect(a.listenAddresses()).to.be.empty()
    // node takes a turn of the loop to let go of a closed handle
    await new Promise(resolve => setImmediate(resolve))
    expect(resources()).to.deep.equal(before)
  })

  for (const { name, init } of [{ name: 'js-libp2p\'s tcp, noise and yamux', init: {} }, { name: 'ws, noise and yamux of ours', init: OURS }]) {
    it(`lets what was sent arrive: ${name}`, async () => {
      const [a, b] = await Promise.all([makeSwarm({ ...init, connectionCloseTimeout: 10_000 }), makeSwarm(init)])
      const received = new Promise<Uint8Array>((resolve, reject) => { b.handle('/read', stream => { readAll(stream).then(resolve, reject) }) })
      await introduce(a, b)
      const stream = await a.newStream(b.localPeer, '/read')
      const data = Uint8Array.from({ length: 3_000_000 }, (_, i) => i % 251)
      stream.send(data)
      await a.close()

      expect(Buffer.compare(await received, data)).to.equal(0)
    })
  }

  it('waits for no far end that does not read, longer than it may', async () => {
    const [a, b] = await Promise.all([makeSwarm(OURS), makeSwarm(OURS)])
    b.handle('/stall', stream => { stream.pause() })
    await introduce(a, b)
    const stream = await a.newStream(b.localPeer, '/stall')
    stream.send(new Uint8Array(3_000_000))
    await a.close()

    expect(a.conns()).to.be.empty()
    expect(stream.status).to.equal('aborted')
  })

  it('is the same close for all who ask', async () => {
    const a = await makeSwarm()

    await Promise.all([a.close(), a.close()])
    await a.close()
  })

  it('refuses to dial and to listen afterwards', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm()])
    await introduce(a, b)
    const addresses = a.listenAddresses()
    await a.close()

    await expect(a.dialPeer(b.localPeer)).to.eventually.be.rejected.with.property('name', 'ClosedError')
    await expect(a.newStream(b.localPeer, '/x')).to.eventually.be.rejected.with.property('name', 'ClosedError')
    await expect(a.listen(...addresses)).to.eventually.be.rejected.with.nested.property('cause.name', 'ClosedError')
  })

  it('ends a dial that is under way', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm({ connectionGater: { denyInboundConnection: async () => new Promise<boolean>(() => {}) }, inboundUpgradeTimeout: 100 })])
    await introduce(a, b)
    const dial = a.dialPeer(b.localPeer)
    const outcome = expect(dial).to.eventually.be.rejected()
    await a.close()

    await outcome
    expect(a.conns()).to.be.empty()
  })
})

function resources (): string[] {
  return process.getActiveResourcesInfo().filter(name => name.startsWith('TCP')).sort()
}
