import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { TestUpgrader } from './fixtures/components.ts'
import { opening, playOpening } from './fixtures/hostile-opening.ts'
import { play, script } from './fixtures/hostile-script.ts'
import { RawWebSocketServer } from './fixtures/raw-web-socket.ts'
import { collect } from './fixtures/streams.ts'
import { dial, portOf, transport } from './fixtures/transport.ts'
import type { Opening } from './fixtures/hostile-opening.ts'
import type { Listener, MultiaddrConnection } from '@libp2p/interface'
import type { AddressInfo } from 'node:net'

/** Connections to try at each end. */
const CASES = Number(process.env['FUZZ_CASES'] ?? (process.env['CI'] === undefined ? 2_000 : 20_000))

/** So many run at once, which mixes their orders. */
const AT_ONCE = 50

describe('no order of frames, aborts and ends harms the process', function () {
  this.timeout(600_000)

  it('of a listener', async () => {
    const upgrader = new TestUpgrader()
    const mine = new Map<string, MultiaddrConnection>()
    upgrader.onInbound = async maConn => { mine.set(String(maConn.remoteAddr.getComponents()[1]?.value), maConn) }
    const listener = transport({ maxPayload: 64 * 1024, closeTimeout: 50 }).createListener({ upgrader })
    await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
    const port = Number(listener.getAddrs()[0]?.getComponents()[1]?.value)

    await fc.assert(fc.asyncProperty(fc.array(script, { minLength: AT_ONCE, maxLength: AT_ONCE }), async scripts => {
      await Promise.all(scripts.map(async script => {
        const socket = net.connect(port, '127.0.0.1')
        await play(socket, script, () => mine.get(String(socket.localPort)))
      }))
      mine.clear()
    }), { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })

    await expectToWork(listener, upgrader)
    await listener.close()
  })

  it('of a dialer', async () => {
    const server = new RawWebSocketServer()
    const port = await server.listen()
    const dialer = transport({ maxPayload: 64 * 1024, closeTimeout: 50 })

    await fc.assert(fc.asyncProperty(fc.array(script, { minLength: AT_ONCE, maxLength: AT_ONCE }), async scripts => {
      for (const { steps } of scripts) {
        const [raw, maConn] = await Promise.all([server.next(), dial(dialer, `/ip4/127.0.0.1/tcp/${port}/ws`)])
        await play(raw.socket, { begin: new Uint8Array(), steps }, () => maConn, false)
      }
    }), { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })

    server.close()
  })

  it('of a listener that is closed meanwhile', async () => {
    const scripts = fc.array(script, { minLength: AT_ONCE, maxLength: AT_ONCE })

    await fc.assert(fc.asyncProperty(scripts, fc.nat(20), async (scripts, turns) => {
      const upgrader = new TestUpgrader()
      const mine = new Map<string, MultiaddrConnection>()
      upgrader.onInbound = async maConn => { mine.set(String(maConn.remoteAddr.getComponents()[1]?.value), maConn) }
      const listener = transport({ closeTimeout: 50 }).createListener({ upgrader })
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      const port = portOf(listener)
      const playing = scripts.map(async script => {
        const socket = net.connect(port, '127.0.0.1')
        await play(socket, script, () => mine.get(String(socket.localPort)))
      })

      for (let turn = 0; turn < turns; turn++) {
        await new Promise(resolve => { setImmediate(resolve) })
      }

      await Promise.all([listener.close(), ...playing])
    }), { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })
  })

  it('of a dialer while it connects', async () => {
    await fc.assert(fc.asyncProperty(fc.array(opening, { minLength: AT_ONCE, maxLength: AT_ONCE }), async openings => {
      await Promise.all(openings.map(expectToSettle))
    }), { numRuns: Math.ceil(CASES / AT_ONCE), endOnFailure: true })
  })
})

/** The dial opens a connection, or is rejected with an error that says why. */
async function expectToSettle (opening: Opening): Promise<void> {
  const accepted = Promise.withResolvers<net.Socket>()
  const server = net.createServer(accepted.resolve)
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  const dialer = transport({
    closeTimeout: 50,
    tls: { rejectUnauthorized: false },
    ...(opening.proxy === undefined ? {} : { proxy: `${opening.proxy}://127.0.0.1:${port}` })
  })
  const controller = new AbortController()
  let connection: MultiaddrConnection | undefined
  const dialing = dial(dialer, `/ip4/127.0.0.1/tcp/${port}/${opening.scheme}`, { signal: controller.signal })
    .then(maConn => { connection = maConn }, err => { expect(err.name).to.be.oneOf(['WebSocketConnectError', 'GaveUp']) })

  await playOpening(await accepted.promise, opening, {
    giveUp: () => { controller.abort(Object.assign(new Error('gave up'), { name: 'GaveUp' })) },
    connection: () => connection
  })
  await dialing
  connection?.abort(new Error('script is over'))
  server.close()
}

async function expectToWork (listener: Listener, upgrader: TestUpgrader): Promise<void> {
  upgrader.onInbound = async maConn => {
    maConn.addEventListener('message', ({ data }) => { maConn.send(data) })
  }
  const near = await dial(transport(), String(listener.getAddrs()[0]))
  const echoed = collect(near, 3)
  near.send(Uint8Array.of(1, 2, 3))
  expect(await echoed).to.equalBytes(Uint8Array.of(1, 2, 3))
  await near.close()
}
