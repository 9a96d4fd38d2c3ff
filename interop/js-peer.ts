// A TypeScript peer of the matrix, with the same command line as the Go one:
//
//     node js-peer.ts ours|stock listen|dial [...]
//
// src/contract.ts says what it prints.
import { parseArgs } from 'node:util'
import { multiaddr } from '@multiformats/multiaddr'
import { SECURITY, TESTS } from './src/contract.ts'
import { describeError } from './src/describe-error.ts'
import { runTest } from './src/peer-tests.ts'
import { reportConnection, serveProtocols } from './src/protocols.ts'
import type { DialReport, Listening } from './src/contract.ts'
import type { HostInit, Stack } from './src/host-options.ts'
import type { Connection } from '@libp2p/interface'

const STACKS: Record<string, () => Promise<{ createStack(init: HostInit): Promise<Stack> }>> = {
  ours: async () => import('./src/stacks/ours.ts'),
  stock: async () => import('./src/stacks/stock.ts')
}

const { positionals: [stackName = '', command, address], values } = parseArgs({
  allowPositionals: true,
  options: {
    listen: { type: 'string', multiple: true, default: ['/ip4/127.0.0.1/tcp/0/ws'] },
    security: { type: 'string', multiple: true, default: [...SECURITY] },
    test: { type: 'string', multiple: true, default: [...TESTS] },
    size: { type: 'string', default: '1048576' },
    timeout: { type: 'string', default: '30s' }
  }
})

const loadStack = STACKS[stackName]

if (loadStack == null) {
  throw new TypeError(`stack "${stackName}" is none of ${Object.keys(STACKS).join(', ')}`)
}

const { createStack } = await loadStack()
const security = values.security.map(name => oneOf(SECURITY, name))

if (command === 'listen') {
  await listen()
} else if (command === 'dial' && address != null) {
  await dial(address)
} else {
  throw new TypeError(`command "${command}" is neither listen nor dial MULTIADDR`)
}

/** Serves the test protocols until standard input closes or SIGTERM comes. */
async function listen (): Promise<void> {
  const stack = await createStack({ listen: values.listen, security })
  const { host } = stack
  await serveProtocols(stack)

  const listening: Listening = {
    peerId: host.peerId.toString(),
    addrs: host.getMultiaddrs().map(addr => addr.toString())
  }
  print(listening)

  await new Promise((resolve) => {
    process.stdin.on('end', resolve).resume()
    process.once('SIGTERM', resolve)
  })
  await host.stop()
  process.exit()
}

async function dial (address: string): Promise<void> {
  const timeout = milliseconds(values.timeout)
  const stack = await createStack({ listen: [], security })
  const { host } = stack
  const report: DialReport = { ok: false, dialMs: 0, tests: [] }
  const start = performance.now()
  let connection: Connection

  try {
    connection = await host.dial(multiaddr(address), { signal: AbortSignal.timeout(timeout) })
    report.ok = true
    report.connection = reportConnection(connection, stack)
  } catch (err: any) {
    report.error = describeError(err)
  } finally {
    report.dialMs = performance.now() - start
  }

  for (const name of report.ok ? values.test : []) {
    const result = await runTest(oneOf(TESTS, name), { host, connection: connection!, size: Number(values.size), timeout })
    report.tests.push(result)
    report.ok &&= result.ok
  }

  print(report)
  await host.stop()
  process.exit(report.ok ? 0 : 1)
}

function print (document: Listening | DialReport): void {
  process.stdout.write(`${JSON.stringify(document)}\n`)
}

/** Understands the part of Go's durations that the matrix uses: `30s`, `500ms`. */
function milliseconds (duration: string): number {
  const [, value, unit] = /^(\d+)(ms|s)$/.exec(duration) ?? []

  if (value == null) {
    throw new TypeError(`--timeout "${duration}" is not a duration such as 30s or 500ms`)
  }

  return Number(value) * (unit === 's' ? 1000 : 1)
}

function oneOf<T extends string> (names: readonly T[], name: string): T {
  const found = names.find(candidate => candidate === name)

  if (found == null) {
    throw new TypeError(`"${name}" is none of ${names.join(', ')}`)
  }

  return found
}
