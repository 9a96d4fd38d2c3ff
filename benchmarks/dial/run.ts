// Measures the time to connect to a peer some of whose addresses do not work:
//
//     node dial/run.ts [--repeat 3] [--dialers ours,js,go] [--only TEXT]
//
// Needs root, Linux, iproute2, openssl and Go. Prints a table. A full run writes
// dial/results.json, docs/benchmarks-dial.md and its plot.
import { availableParallelism, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { CASES } from './cases.ts'
import { Laboratory } from './laboratory.ts'
import { measure, mostHalfOpen } from './measure.ts'
import { summarize, toRows, toTable } from './results.ts'
import { writeReport } from './write-report.ts'
import type { DialCase } from './cases.ts'
import type { Measurement } from './measure.ts'
import type { CaseResults, Results } from './results.ts'

const { values } = parseArgs({
  options: {
    repeat: { type: 'string', default: '3' },
    dialers: { type: 'string', default: 'ours,js,go' },
    only: { type: 'string', default: '' }
  }
})

const [loadAverage = NaN] = loadavg()
// the first is what the goals of the others refer to
const cases = CASES.filter(({ name }, index) => index === 0 || name.includes(values.only))
const laboratory = await Laboratory.open(values.dialers.split(','))

try {
  const measured: CaseResults[] = []

  for (const dialCase of cases) {
    process.stderr.write(`${dialCase.name}\n`)
    measured.push(await runCase(dialCase))
  }

  const results: Results = {
    command: 'node benchmarks/dial/run.ts',
    cores: availableParallelism(),
    loadAverage,
    dialers: laboratory.dialers.map(({ name, implementation, timeout }) => ({ name, implementation, timeout })),
    cases: measured
  }

  process.stdout.write(`\n${toTable(toRows(results))}\n`)

  if (cases.length === CASES.length && results.dialers.length === 3) {
    await writeReport(results)
  }
} finally {
  await laboratory.close()
}

/** The dialers take turns, so that what disturbs the machine disturbs all of them. */
async function runCase (dialCase: DialCase): Promise<CaseResults> {
  const { dialers, listeners } = laboratory
  const runs: Measurement[][] = dialers.map(() => [])

  for (let run = 0; run < Math.max(dialCase.repeat ?? 0, Number(values.repeat)); run++) {
    for (const [index, dialer] of dialers.entries()) {
      runs[index]?.push(await measure(dialer, dialCase, listeners))
    }
  }

  const results = dialers.map(({ name }, index) => summarize(name, dialCase.fails === true, runs[index] ?? []))

  if (dialCase.goal.halfOpen !== undefined) {
    for (const dialer of dialers) {
      const result = results.find(({ dialer: name }) => name === dialer.name)

      if (result !== undefined) {
        result.halfOpen = await mostHalfOpen(dialer, dialCase, listeners)
      }
    }
  }

  return { name: dialCase.name, goal: dialCase.goal, results }
}
