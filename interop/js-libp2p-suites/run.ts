/**
 * Runs js-libp2p's own suites against js-libp2p and against `@libp2p-ws/host`.
 *
 *   node interop/js-libp2p-suites/run.ts <checkout of js-libp2p> [part of a suite's name]
 *
 * Writes results.md. Ends with 1 when ours fails a test that js-libp2p passes.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SUITES } from './suites.ts'
import { installWorkspace } from './workspace.ts'
import type { Suite } from './suites.ts'

interface Outcome {
  passed: Set<string>
  failed: Map<string, string>
}

interface Row {
  suite: Suite
  stock: Outcome
  ours: Outcome
}

const here = fileURLToPath(new URL('.', import.meta.url))
const workspace = join(here, '../.build/js-libp2p-suites')
const host = join(here, '../../packages/host/dist')
const [checkoutArgument, filter = ''] = process.argv.slice(2)

if (checkoutArgument == null || !existsSync(join(checkoutArgument, 'packages/integration-tests'))) {
  process.stderr.write('usage: node interop/js-libp2p-suites/run.ts <checkout of js-libp2p> [part of a suite\'s name]\n')
  process.exit(2)
}

const checkout = resolve(checkoutArgument)
const rows: Row[] = []
await installWorkspace(workspace)

for (const suite of SUITES.filter(({ name }) => name.includes(filter))) {
  const row = { suite, stock: await runSuite(suite, ''), ours: await runSuite(suite, host) }
  rows.push(row)
  process.stdout.write(`${line(row)}\n`)
}

if (filter === '') {
  await writeFile(join(here, 'results.md'), toMarkdown(rows))
}

process.exitCode = rows.some(row => regressions(row).length > 0) ? 1 : 0

async function runSuite ({ files }: Suite, hostDirectory: string): Promise<Outcome> {
  const report = join(await mkdtemp(join(tmpdir(), 'js-libp2p-suites-')), 'report.json')
  const mocha = spawn(process.execPath, [
    '--import', join(here, 'resolve-hooks.ts'),
    join(workspace, 'node_modules/mocha/bin/mocha.js'),
    '--require', join(here, 'relays.ts'),
    '--reporter', 'json', '--reporter-option', `output=${report}`,
    '--timeout', '60000', '--exit',
    ...files.map(file => join(checkout, file))
  ], {
    cwd: workspace,
    env: { ...process.env, SUITES_CHECKOUT: checkout, SUITES_HOST: hostDirectory, SUITES_WORKSPACE: workspace },
    stdio: ['ignore', 'ignore', 'inherit']
  })
  await new Promise(resolve => mocha.on('close', resolve))

  return toOutcome(await readFile(report, 'utf8').then(JSON.parse, () => ({ passes: [], failures: [{ fullTitle: 'the suite did not run', err: {} }] })))
}

function toOutcome ({ failures, passes }: any): Outcome {
  return {
    passed: new Set(passes.map(({ fullTitle }: any) => fullTitle)),
    failed: new Map(failures.map(({ err, fullTitle }: any) => [fullTitle, String(err.message ?? '').split('\n')[0]]))
  }
}

/** What js-libp2p passes and ours does not. */
function regressions ({ ours, stock }: Row): string[] {
  return [...stock.passed].filter(title => !ours.passed.has(title))
}

function line ({ ours, stock, suite }: Row): string {
  return `| ${suite.name} | ${stock.passed.size} of ${stock.passed.size + stock.failed.size} | ${ours.passed.size} of ${ours.passed.size + ours.failed.size} |`
}

function toMarkdown (rows: Row[]): string {
  const differences = rows.flatMap(row => [
    ...regressions(row).map(title => `- ${title}: ${row.ours.failed.get(title) ?? 'not run'}`),
    ...[...row.ours.passed].filter(title => row.stock.failed.has(title)).map(title => `- ${title}: only ours passes`)
  ])
  const both = rows.flatMap(({ ours, stock }) => [...stock.failed].filter(([title]) => ours.failed.has(title)).map(([title, message]) => `- ${title}: ${message}`))

  return [
    '# js-libp2p\'s own suites',
    '',
    'Written by `node interop/js-libp2p-suites/run.ts`.',
    '',
    '| suite | js-libp2p 3.3.11 passes | libp2p-ws passes |',
    '|---|---|---|',
    ...rows.map(line),
    '',
    '## Differences',
    '',
    ...differences.length > 0 ? differences : ['None.'],
    '',
    '## What neither passes here',
    '',
    ...both.length > 0 ? both : ['Nothing.'],
    ''
  ].join('\n')
}
