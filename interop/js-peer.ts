// A TypeScript peer of the matrix, with the same command line as the Go one:
//
//     node js-peer.ts ours|stock listen|dial|dial-batches [...]
//
// src/contract.ts says what it prints.
import { parseArgs } from 'node:util'
import { dialBatches } from './src/commands/dial-batches.ts'
import { dial } from './src/commands/dial.ts'
import { listen } from './src/commands/listen.ts'
import { SECURITY, TESTS } from './src/contract.ts'
import type { CreateStack } from './src/host-options.ts'

const STACKS = {
  ours: async () => import('./src/stacks/ours.ts'),
  stock: async () => import('./src/stacks/stock.ts')
}

const { positionals: [stack = '', command, address], values } = parseArgs({
  allowPositionals: true,
  options: {
    listen: { type: 'string', multiple: true },
    security: { type: 'string', multiple: true, default: [...SECURITY] },
    test: { type: 'string', multiple: true, default: [...TESTS] },
    size: { type: 'string', default: '1048576' },
    timeout: { type: 'string', default: '30s' }
  }
})

const { createStack } = await STACKS[oneOf(['ours', 'stock'], stack)]()
process.exit(await run(createStack) ? 0 : 1)

async function run (createStack: CreateStack): Promise<boolean> {
  const security = values.security.map(name => oneOf(SECURITY, name))

  if (command === 'listen') {
    await listen(createStack, values.listen ?? ['/ip4/127.0.0.1/tcp/0/ws'], security)
  } else if (command === 'dial-batches') {
    await dialBatches(createStack, security)
  } else if (command === 'dial' && address != null) {
    const tests = values.test.map(name => oneOf(TESTS, name))
    return dial(createStack, { address, listen: values.listen ?? [], security, tests, size: Number(values.size), timeout: milliseconds(values.timeout) })
  } else {
    throw new TypeError(`"${command}" is neither listen, dial-batches nor dial MULTIADDR`)
  }

  return true
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
