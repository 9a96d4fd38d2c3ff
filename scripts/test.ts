/**
 * Runs the tests of every workspace package and counts them.
 *
 * ```sh
 * npm test -- [--jobs N] [--no-skips] [--timeout SECONDS] [SUITE…]
 * ```
 *
 * A SUITE is a folder (`packages/core`); without one, all run, N at a time (2,
 * where there are two processors: much of a test is waiting). Ends with the
 * line `N passed, N failed` and exit code 0 only when nothing failed. With
 * `--no-skips` a skipped test is a failure of its suite.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSuite } from './src/run-suite.ts'
import { findSuites } from './src/suites.ts'
import { addUp, closingLine, findSkips, formatTable } from './src/summary.ts'
import type { SuiteResult } from './src/run-suite.ts'
import type { Suite } from './src/suites.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string', default: `${Math.min(2, availableParallelism())}` },
    'no-skips': { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    timeout: { type: 'string', default: '600' }
  }
})
const timeoutMs = Number(values.timeout) * 1000
const jobs = Number(values.jobs)
const all = findSuites(values.root)
const unknown = positionals.filter(name => all.every(suite => suite.name !== name))

if (!(timeoutMs > 0)) {
  throw new RangeError(`--timeout must be a number of seconds above 0, not ${values.timeout}`)
}

if (!Number.isInteger(jobs) || jobs < 1) {
  throw new RangeError(`--jobs must be a whole number of 1 or more, not ${values.jobs}`)
}

if (unknown.length > 0) {
  throw new Error(`no such suite: ${unknown.join(', ')}; there are: ${all.map(suite => suite.name).join(', ')}`)
}

// A suite runs in a process group of its own and must not outlive this process.
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) {
  process.once(signal, () => { process.exit(code) })
}

const resultsDir = join(values.root, '.test-results')
rmSync(resultsDir, { recursive: true, force: true })
mkdirSync(resultsDir)

const chosen = positionals.length === 0 ? all : all.filter(suite => positionals.includes(suite.name))
const queue = [...chosen]
const done = new Map<Suite, SuiteResult>()
await Promise.all(Array.from({ length: jobs }, runNext))
const results = chosen.flatMap(suite => done.get(suite) ?? [])
const totals = addUp(results)

process.stdout.write(`\n${formatTable(results)}\n\n${closingLine(totals)}\n`)
process.exitCode = totals.failed > 0 || results.length === 0 ? 1 : 0

/** What a suite prints comes out in one piece when it has ended: two at once would mix. */
async function runNext (): Promise<void> {
  for (let suite = queue.shift(); suite != null; suite = queue.shift()) {
    const printed: Uint8Array[] = []
    const result = await runSuite(suite, { resultsDir, timeoutMs, write: chunk => { printed.push(chunk) } })

    if (values['no-skips']) {
      result.problems.push(...findSkips(result))
    }

    process.stdout.write(`\n── ${suite.name}\n\n`)
    process.stdout.write(Buffer.concat(printed))
    done.set(suite, result)
  }
}
