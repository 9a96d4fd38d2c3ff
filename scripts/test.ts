/**
 * Runs the tests of every workspace package and counts them.
 *
 * ```sh
 * npm test -- [--no-skips] [--timeout SECONDS] [SUITE…]
 * ```
 *
 * A SUITE is a folder (`packages/core`); without one, all run. Ends with the
 * line `N passed, N failed` and exit code 0 only when nothing failed. With
 * `--no-skips` a skipped test is a failure of its suite.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSuite } from './src/run-suite.ts'
import { findSuites } from './src/suites.ts'
import { addUp, closingLine, findSkips, formatTable } from './src/summary.ts'
import type { SuiteResult } from './src/run-suite.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'no-skips': { type: 'boolean', default: false },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    timeout: { type: 'string', default: '600' }
  }
})
const timeoutMs = Number(values.timeout) * 1000
const all = findSuites(values.root)
const unknown = positionals.filter(name => all.every(suite => suite.name !== name))

if (!(timeoutMs > 0)) {
  throw new RangeError(`--timeout must be a number of seconds above 0, not ${values.timeout}`)
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

const results: SuiteResult[] = []

for (const suite of positionals.length === 0 ? all : all.filter(suite => positionals.includes(suite.name))) {
  process.stdout.write(`\n── ${suite.name}\n\n`)

  const result = await runSuite(suite, {
    resultsDir,
    timeoutMs,
    write: chunk => { process.stdout.write(chunk) }
  })

  if (values['no-skips']) {
    result.problems.push(...findSkips(result))
  }

  results.push(result)
}

const totals = addUp(results)

process.stdout.write(`\n${formatTable(results)}\n\n${closingLine(totals)}\n`)
process.exitCode = totals.failed > 0 || results.length === 0 ? 1 : 0
