/**
 * Runs the Autobahn test suite against the parser and the writer, both ways, and prints
 * what it says of each case that is not passed.
 *
 * ```sh
 * node test/autobahn/run.ts [WSTEST] [CASES…]
 * ```
 *
 * `wstest` is in the PyPI package autobahntestsuite 0.8.2, which needs Python 2.7.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import http from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { answerUpgrade, createKey, requestHeaders } from '../../src/node/handshake.ts'
import { echo } from './echo.ts'
import type { ChildProcess } from 'node:child_process'

const AGENT = 'libp2p-ws'

/** Compression, which no libp2p transport asks for. */
const EXCLUDED = ['12.*', '13.*']

type Results = Record<string, { behavior: string, behaviorClose: string }>

const [wstest = 'wstest', ...cases] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'autobahn-'))
const selection = { cases: cases.length === 0 ? ['*'] : cases, 'exclude-cases': EXCLUDED, 'exclude-agent-cases': {}, outdir: folder }

try {
  report('server', await testServer())
  report('client', await testClient())
} finally {
  await rm(folder, { recursive: true })
}

/** The suite dials us. */
async function testServer (): Promise<Results> {
  const server = http.createServer()
  server.on('upgrade', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    const answer = answerUpgrade(request)
    socket.write(answer.status === 101 ? answer.head : `HTTP/1.1 ${answer.status} no\r\n\r\n`)
    echo(socket, 'server', head)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as net.AddressInfo
  const suite = await startSuite('fuzzingclient', { servers: [{ agent: AGENT, url: `ws://127.0.0.1:${port}` }] })
  await once(suite, 'exit')
  server.close()

  return readResults()
}

/** We dial the suite, once for each case. */
async function testClient (): Promise<Results> {
  const port = await freePort()
  const suite = await startSuite('fuzzingserver', { url: `ws://127.0.0.1:${port}` })
  await untilListening(port)
  const count = Number(await ask(port, '/getCaseCount'))

  for (let i = 1; i <= count; i++) {
    const { socket, head } = await upgrade(port, `/runCase?case=${i}&agent=${AGENT}`)
    echo(socket, 'client', head)
    await new Promise(resolve => { socket.once('close', resolve) })
  }

  await ask(port, `/updateReports?agent=${AGENT}`)
  suite.kill()
  await once(suite, 'exit')

  return readResults()
}

async function startSuite (mode: string, spec: object): Promise<ChildProcess> {
  const path = join(folder, `${mode}.json`)
  await writeFile(path, JSON.stringify({ ...spec, ...selection }))

  return spawn(wstest, ['--mode', mode, '--spec', path, '--webport', '0'], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONWARNINGS: 'ignore' } })
}

async function upgrade (port: number, path: string): Promise<{ socket: net.Socket, head: Uint8Array }> {
  const request = http.get({ host: '127.0.0.1', port, path, headers: requestHeaders(createKey()) })
  const [, socket, head] = await once(request, 'upgrade')
  // The suite resets some connections.
  socket.on('error', () => {})

  return { socket, head }
}

/** The first frame that the suite sends there. */
async function ask (port: number, path: string): Promise<string> {
  const { socket, head } = await upgrade(port, path)
  const bytes: Uint8Array = head.byteLength > 0 ? head : (await once(socket, 'data'))[0]
  socket.destroy()

  return Buffer.from(bytes.subarray(2, 2 + ((bytes[1] ?? 0) & 0x7f))).toString()
}

async function freePort (): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()

  return port
}

async function untilListening (port: number): Promise<void> {
  const socket = net.connect(port, '127.0.0.1')

  try {
    await once(socket, 'connect')
  } catch {
    await new Promise(resolve => { setTimeout(resolve, 100) })
    await untilListening(port)
  } finally {
    socket.destroy()
  }
}

async function readResults (): Promise<Results> {
  return JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))[AGENT]
}

function report (role: string, results: Results): void {
  const counts: Record<string, number> = {}

  for (const [id, { behavior, behaviorClose }] of Object.entries(results)) {
    counts[behavior] = (counts[behavior] ?? 0) + 1

    if (behavior !== 'OK' || behaviorClose !== 'OK') {
      process.stdout.write(`${role} ${id}: ${behavior}, close ${behaviorClose}\n`)
      process.exitCode = ['OK', 'INFORMATIONAL', 'NON-STRICT'].includes(behavior) ? process.exitCode : 1
    }
  }

  process.stdout.write(`${role}: ${JSON.stringify(counts)}\n`)
}
