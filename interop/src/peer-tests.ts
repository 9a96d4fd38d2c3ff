import { createHash, randomBytes } from 'node:crypto'
import { PROTOCOL } from './contract.ts'
import { describeError } from './describe-error.ts'
import { readToEnd, sendAndClose } from './streams.ts'
import type { ConnReport, TestName, TestReport } from './contract.ts'
import type { Host } from './host-options.ts'
import type { Connection, PeerId } from '@libp2p/interface'

export interface PeerTestOptions {
  host: Host
  connection: Connection

  /** Bytes to send in echo and half-close. */
  size: number

  /** For one test, ms. */
  timeout: number
}

interface PeerTestContext extends PeerTestOptions {
  peer: PeerId
  signal: AbortSignal
}

const PEER_TESTS: Record<TestName, (context: PeerTestContext) => Promise<ConnReport | void>> = {
  ping: testPing,
  echo: testEcho,
  'half-close': testHalfClose,
  reset: testReset,
  'conn-state': testConnState
}

/** Runs one test on the connection; a failure is in the report. */
export async function runTest (name: TestName, options: PeerTestOptions): Promise<TestReport> {
  const signal = AbortSignal.timeout(options.timeout)
  const start = performance.now()

  try {
    const remote = await PEER_TESTS[name]({ ...options, peer: options.connection.remotePeer, signal })
    return { name, ok: true, ms: performance.now() - start, ...(remote == null ? {} : { remote }) }
  } catch (err: any) {
    return { name, ok: false, ms: performance.now() - start, error: describeError(err) }
  }
}

async function testPing ({ host, peer, signal }: PeerTestContext): Promise<void> {
  await host.services.ping.ping(peer, { signal })
}

async function testEcho (context: PeerTestContext): Promise<void> {
  const data = randomBytes(context.size)
  const received = await exchange(context, PROTOCOL.echo, data)

  if (!received.equals(data)) {
    throw new Error(`sent ${data.byteLength} bytes, got ${received.byteLength} others back`)
  }
}

async function testHalfClose (context: PeerTestContext): Promise<void> {
  const data = randomBytes(context.size)
  const expected = createHash('sha256').update(data).digest()
  const received = await exchange(context, PROTOCOL.halfClose, data)

  if (!received.equals(expected)) {
    throw new Error(`expected SHA-256 ${expected.toString('hex')}, got ${received.toString('hex')}`)
  }
}

async function testReset ({ connection, signal }: PeerTestContext): Promise<void> {
  const stream = await connection.newStream(PROTOCOL.reset, { signal })
  signal.addEventListener('abort', () => { stream.abort(signal.reason) })
  stream.send(Uint8Array.of(1))

  try {
    await readToEnd(stream, (chunk) => { throw new Error(`read ${chunk.byteLength} bytes`) })
  } catch (err: any) {
    if (err.name === 'StreamResetError') {
      return
    }

    throw new Error(`expected a reset, got ${describeError(err)}`, { cause: err })
  } finally {
    stream.abort(new Error('test over'))
  }

  throw new Error('expected a reset, the stream ended')
}

async function testConnState (context: PeerTestContext): Promise<ConnReport> {
  return JSON.parse((await exchange(context, PROTOCOL.connState, new Uint8Array(0))).toString('utf8'))
}

/** Sends data on a new stream and returns all that came back. */
async function exchange ({ connection, signal }: PeerTestContext, protocol: string, data: Uint8Array): Promise<Buffer> {
  const stream = await connection.newStream(protocol, { signal })
  const abort = (): void => { stream.abort(signal.reason) }
  signal.addEventListener('abort', abort)
  const received: Uint8Array[] = []

  try {
    await Promise.all([
      readToEnd(stream, (chunk) => { received.push(chunk.subarray()) }),
      sendAndClose(stream, data, signal)
    ])
  } catch (err: any) {
    stream.abort(err)
    throw err
  } finally {
    signal.removeEventListener('abort', abort)
  }

  return Buffer.concat(received)
}
