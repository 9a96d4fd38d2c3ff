// Measures the data path beside js-libp2p and go-libp2p; README.md says what and how:
//
//     node run.ts [--quick] [--rounds N] [--scenario NAME,…] [--stacks ours,js,go]
//                 [--security noise,tls] [--rtt MS,…] [--no-cross] [--no-build] [--profile FOLDER]
//
// Needs Linux and Go; root for --rtt. Prints tables. A complete run writes
// results.json, docs/benchmarks.md and its plot.
import { availableParallelism, loadavg } from 'node:os'
import { buildPackages } from './suite/build-packages.ts'
import { measureIdleMemory } from './suite/idle-memory.ts'
import { LOOPBACK, openDelayedLink } from './suite/link.ts'
import { MEMORY, parseOptions, TRANSPORT } from './suite/options.ts'
import { Progress } from './suite/progress.ts'
import { printReport, writeReport } from './suite/report.ts'
import { pairNames, runRound, runTurns, scenariosOf } from './suite/rounds.ts'
import { prepareStack } from './suite/stacks.ts'
import { measureTransport, wiresFor } from './suite/transport-alone.ts'
import type { Results } from './suite/report.ts'
import type { Sample } from './suite/sample.ts'

// Children and namespaces are ended on exit.
process.once('SIGINT', () => { process.exit(130) })
process.once('SIGTERM', () => { process.exit(143) })

const options = parseOptions(process.argv.slice(2))
const [loadAverage = NaN] = loadavg()

if (options.build) {
  await buildPackages()
}

const stacks = await Promise.all(options.stacks.map(prepareStack))
const go = stacks.find(({ name }) => name === 'go') ?? await prepareStack('go')
const pairs = pairNames(stacks, options.cross)
const memoryRounds = options.scenarios.includes(MEMORY) ? options.memoryRounds : 0
const transportRounds = options.scenarios.includes(TRANSPORT) ? options.rounds : 0
const wires = wiresFor(options.stacks)
const count = (delayed: boolean): number => pairs.reduce((sum, pair) => sum + scenariosOf(options, pair, delayed).length, 0)
const progress = new Progress(options.securities.length * (
  options.rounds * count(false) + options.delayed.rounds * options.rtts.length * count(true) +
  memoryRounds * stacks.length
) + transportRounds * wires.length)
const samples: Sample[] = []
const skipped: string[] = []

for (let round = 1; round <= options.rounds; round++) {
  for (const security of options.securities) {
    samples.push(...await runRound(round, pairs, LOOPBACK, security, options, progress))
  }
}

for (let round = 1; round <= memoryRounds; round++) {
  for (const security of options.securities) {
    samples.push(...await runTurns(round, stacks, { security, scenario: MEMORY },
      async stack => measureIdleMemory(stack, go, security, options.idleConnections), progress))
  }
}

for (let round = 1; round <= transportRounds; round++) {
  samples.push(...await runTurns(round, wires, { security: 'none', scenario: TRANSPORT },
    async ({ name }) => measureTransport(name, options.sizes), progress))
}

for (const rtt of options.rtts) {
  await runDelayed(rtt)
}

progress.end()

const results: Results = {
  command: ['node benchmarks/run.ts', ...process.argv.slice(2)].join(' '),
  cores: availableParallelism(),
  loadAverage,
  node: process.version,
  implementations: Object.fromEntries(stacks.map(({ name, implementation }) => [name, implementation])),
  sizes: options.sizes,
  delayedSizes: options.delayed.sizes,
  idleConnections: options.idleConnections,
  rounds: options.rounds,
  skipped,
  samples
}

printReport(results)
await writeReport(results, options.complete && skipped.length === 0)

/** Everything that a delay bears on, over a link with one; said to be skipped where there can be no such link. */
async function runDelayed (rtt: number): Promise<void> {
  const link = await openDelayedLink(rtt).catch((err: Error) => err)

  if (link instanceof Error) {
    skipped.push(`${rtt} ms round trip: skipped, ${link.message.trim().split('\n').at(-1)}`)
    return
  }

  try {
    for (let round = 1; round <= options.delayed.rounds; round++) {
      for (const security of options.securities) {
        samples.push(...await runRound(round, pairs, link, security, options, progress))
      }
    }
  } finally {
    await link.close()
  }
}
