// An end of the benchmark, ours or js-libp2p's:
//
//     node --expose-gc main.ts ours|js
//
// contract.ts says what it reads and prints.
import { createInterface } from 'node:readline'
import { PeerProcess } from './peer-process.ts'
import type { Answer } from './contract.ts'
import type { CreateHost } from './stacks/create-host.ts'

const STACKS: Record<string, () => Promise<{ createHost: CreateHost }>> = {
  ours: async () => import('./stacks/ours.ts'),
  js: async () => import('./stacks/js.ts')
}

const [name = ''] = process.argv.slice(2)
const stack = STACKS[name]

if (stack == null) {
  throw new TypeError(`stack "${name}" is none of ${Object.keys(STACKS).join(', ')}`)
}

const { createHost } = await stack()
const peer = new PeerProcess(createHost)

for await (const line of createInterface({ input: process.stdin })) {
  let answer: Answer

  try {
    answer = await peer.run(JSON.parse(line))
  } catch (err) {
    answer = { error: err instanceof Error ? `${err.name}: ${err.message}` : String(err) }
  }

  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

process.exit()
