import net from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { TestUpgrader } from './fixtures/components.ts'
import { frame, RawWebSocketServer } from './fixtures/raw-web-socket.ts'
import { collect } from './fixtures/streams.ts'
import { dial, transport } from './fixtures/transport.ts'
import type { FrameParts } from './fixtures/raw-web-socket.ts'
import type { Listener, MultiaddrConnection } from '@libp2p/interface'

/** Connections to try at each end. */
const CASES = Number(process.env['FUZZ_CASES'] ?? (process.env['CI'] === undefined ? 2_000 : 20_000))

/** So many run at once, which mixes their orders. */
const AT_ONCE = 50

/** What a hostile end does, one after the other. */
type Step =
  { do: 'write', bytes: Uint8Array } |
  { do: 'upgrade' } |
  { do: 'frame', parts: FrameParts } |
  { do: 'wait' } |
  { do: 'end' } |
  { do: 'reset' } |
  // What our own side does meanwhile.
  { do: 'abort' | 'close' | 'pause' | 'resume' | 'send' }

const UPGRADE = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')

const parts: fc.Arbitrary<FrameParts> = fc.record({
  fin: fc.boolean(),
  rsv: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(7)),
  opcode: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 2, 8, 9, 10) }, fc.nat(15)),
  masked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  payload: fc.uint8Array({ maxLength: 200 })
}).chain(parts => fc.oneof(
  { weight: 9, arbitrary: fc.constant(parts) },
  fc.record({ length: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), lengthForm: fc.constant<64>(64) }).map(length => ({ ...parts, ...length }))
))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: parts.map(parts => ({ do: 'frame' as const, parts })) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 100 }).map(bytes => ({ do: 'write' as const, bytes })) },
  { weight: 2, arbitrary: fc.constant({ do: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'upgrade' as const }) },
  { weight: 1, arbitrary: fc.constantFrom('end' as const, 'reset' as const).map(name => ({ do: name })) },
  { weight: 3, arbitrary: fc.constantFrom('abort' as const, 'close' as const, 'pause' as const, 'resume' as const, 'send' as const).map(name => ({ do: name })) }
)

const script = fc.record({
  begin: fc.oneof({ weight: 5, arbitrary: fc.constant<Uint8Array>(UPGRADE) }, fc.uint8Array({ maxLength: 300 })),
  steps: fc.array(step, { maxLength: 8 })
})

type Script = typeof script extends fc.Arbitrary<infer T> ? T : never

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
})

/** Does what the script says and ends the connection. */
async function play (socket: net.Socket, { begin, steps }: Script, ours: () => MultiaddrConnection | undefined, client = true): Promise<void> {
  socket.on('error', () => {})
  socket.resume()
  const closed = new Promise(resolve => socket.once('close', resolve))
  socket.write(begin)

  for (const step of steps) {
    await take(step, socket, ours(), client)
  }

  socket.destroy()
  ours()?.abort(new Error('script is over'))
  await closed
}

async function take (step: Step, socket: net.Socket, maConn: MultiaddrConnection | undefined, client: boolean): Promise<void> {
  switch (step.do) {
    case 'write':
      socket.write(step.bytes)
      break
    case 'upgrade':
      socket.write(UPGRADE)
      break
    case 'frame':
      socket.write(frame({ ...step.parts, masked: step.parts.masked === client }))
      break
    case 'wait':
      await new Promise(resolve => { setImmediate(resolve) })
      await new Promise(resolve => { setImmediate(resolve) })
      break
    case 'end':
      socket.end()
      break
    case 'reset':
      reset(socket)
      break
    default:
      takeOurs(step.do, maConn)
  }
}

/** Node loses a handle when a socket is reset that is connecting, was ended, or has something to write. */
function reset (socket: net.Socket): void {
  if (socket.writableEnded || socket.connecting || socket.writableLength > 0) {
    socket.destroy()
    return
  }

  socket.resetAndDestroy()
  socket.destroy()
}

/** Our own side may be told that the connection is over, by name, and by nothing else. */
function takeOurs (action: 'abort' | 'close' | 'pause' | 'resume' | 'send', maConn: MultiaddrConnection | undefined): void {
  if (action === 'close') {
    maConn?.close().catch(() => {})
    return
  }

  if (action === 'abort') {
    maConn?.abort(new Error('enough'))
    return
  }

  try {
    if (action === 'send') {
      maConn?.send(new Uint8Array(1000))
    } else {
      maConn?.[action]()
    }
  } catch (err: any) {
    expect(err.name).to.equal('StreamStateError')
  }
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
