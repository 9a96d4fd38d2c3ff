/**
 * Runs js-libp2p's own suites against js-libp2p and against `@libp2p-ws/host`.
 *
 *   node interop/js-libp2p-suites/run.ts <checkout of js-libp2p> [part of a suite's name] [--dial-backoff]
 *
 * Writes results.md when all are run. Ends with 1 when ours fails a test that
 * js-libp2p passes.
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildGoProgram } from '../src/go-module.ts'
import { regressions, summary, toMarkdown } from './report.ts'
import { runSuite } from './run-suite.ts'
import { SUITES } from './suites.ts'
import { installWorkspace } from './workspace.ts'
import type { Report } from './report.ts'
import type { Outcome, SuiteEnvironment } from './run-suite.ts'
import type { Suite } from './suites.ts'

const DAEMON = { module: 'github.com/libp2p/go-libp2p-daemon', version: 'v0.9.2', directory: 'p2pd' }

const ATTEMPTS = 3
const UNKNOWN = { installed: '', checkout: '' }

const here = fileURLToPath(new URL('.', import.meta.url))
const { positionals: [checkoutArgument, filter = ''], values } = parseArgs({
  allowPositionals: true,
  options: { 'dial-backoff': { type: 'boolean', default: false } }
})

if (checkoutArgument == null || !existsSync(join(checkoutArgument, 'packages/integration-tests'))) {
  process.stderr.write('usage: node interop/js-libp2p-suites/run.ts <checkout of js-libp2p> [part of a suite\'s name] [--dial-backoff]\n')
  process.exit(2)
}

const suites = SUITES.filter(({ name }) => name.includes(filter))
const environment: SuiteEnvironment = {
  checkout: resolve(checkoutArgument),
  workspace: join(here, '../.build/js-libp2p-suites'),
  host: '',
  dialBackoff: values['dial-backoff'],
  daemon: ''
}

await installWorkspace(environment.workspace)
const versions = new Map(await Promise.all(suites.map(async suite => [suite, await versionsOf(suite)] as const)))
const report: Report = { rows: [], skipped: [], versions: suite => versions.get(suite) ?? UNKNOWN }

if (suites.some(({ needsDaemon }) => needsDaemon === true)) {
  environment.daemon = await buildGoProgram(DAEMON).catch(err => {
    report.skipped.push(`go-libp2p's daemon ${DAEMON.version} could not be built: ${err.message.split('\n')[0]}`)

    return ''
  })
}

for (const suite of suites) {
  if (suite.needsDaemon === true && environment.daemon === '') {
    report.skipped.push(`${suite.name}: no daemon`)
    continue
  }

  const stock = await bestOf(ATTEMPTS, suite, environment)
  const ours = suite.makesNodes ? await bestOf(ATTEMPTS, suite, { ...environment, host: join(here, '../../packages/host/dist') }) : stock
  const row = { suite, stock, ours }
  report.rows.push(row)
  process.stdout.write(`${summary(row)}\n${regressions(row).map(title => `  - ${title}: ${ours.failed.get(title) ?? 'not run'}\n`).join('')}`)
}

if (filter === '' && !environment.dialBackoff) {
  await writeFile(join(here, 'results.md'), toMarkdown(report))
}

process.exitCode = report.rows.some(row => regressions(row).length > 0) ? 1 : 0

/**
 * These suites wait for other processes and for time, and listen on ports that
 * another connection may have: one in which a test fails is run again, whoever
 * is under test, and the best run counts.
 */
async function bestOf (attempts: number, suite: Suite, environment: SuiteEnvironment): Promise<Outcome> {
  let best = await runSuite(suite, environment)

  for (let i = 1; i < attempts && suite.makesNodes && best.failed.size > 0; i++) {
    const next = await runSuite(suite, environment)
    best = next.passed.size > best.passed.size ? next : best
  }

  return best
}

async function versionsOf ({ directory }: Suite): Promise<typeof UNKNOWN> {
  if (directory == null) {
    return UNKNOWN
  }

  const suite = await manifest(join(environment.checkout, 'packages', directory))
  const installed = await manifest(join(environment.workspace, 'node_modules', suite.name)).catch(() => ({ version: 'from the checkout' }))

  return { installed: installed.version, checkout: suite.version }
}

async function manifest (directory: string): Promise<any> {
  return JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'))
}
