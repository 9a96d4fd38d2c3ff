import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Suite } from './suites.ts'

/** What became of a suite's tests, by their full titles. */
export interface Outcome {
  passed: Set<string>

  /** With the first lines of the error. */
  failed: Map<string, string>
}

export interface SuiteEnvironment {
  /** Of js-libp2p. */
  checkout: string

  /** Where the packages are that suites import. */
  workspace: string

  /** Directory with the modules of the implementation under test; empty for js-libp2p. */
  host: string

  /** Sets `dialBackoff` on every node of ours. */
  dialBackoff: boolean

  /** go-libp2p's daemon; empty when there is none. */
  daemon: string
}

const SUITE_TIMEOUT = 180_000
const TEST_TIMEOUT = 60_000
const LINES_OF_ERROR = 3
const LENGTH_OF_ERROR = 300
const here = fileURLToPath(new URL('.', import.meta.url))

/** Runs a suite in a process of its own, which is killed when its time is over. */
export async function runSuite ({ cwd, files, needsRelays, timeout = SUITE_TIMEOUT, variables }: Suite, environment: SuiteEnvironment): Promise<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), 'js-libp2p-suites-'))
  const report = join(directory, 'report.json')

  try {
    const output = await runMocha([
      '--reporter-option', `output=${report}`,
      ...needsRelays === true ? ['--require', join(here, 'relays.ts')] : [],
      ...files.map(file => resolve(environment.checkout, file))
    ], { cwd: cwd == null ? environment.workspace : resolve(environment.checkout, cwd), timeout, variables: { ...variables } }, environment)

    return toOutcome(await readFile(report, 'utf8').then(JSON.parse, () => notRun(output)))
  } finally {
    await rm(directory, { recursive: true })
  }
}

interface MochaOptions {
  cwd: string
  timeout: number
  variables: Record<string, string>
}

/** Resolves with what it wrote to standard error, the end of it. */
async function runMocha (args: string[], { cwd, timeout, variables }: MochaOptions, { checkout, daemon, dialBackoff, host, workspace }: SuiteEnvironment): Promise<string> {
  const mocha = spawn(process.execPath, [
    '--import', join(here, 'resolve-hooks.ts'),
    join(workspace, 'node_modules/mocha/bin/mocha.js'),
    '--reporter', 'json',
    '--timeout', String(TEST_TIMEOUT), '--exit',
    ...args
  ], {
    cwd,
    env: {
      ...process.env,
      ...variables,
      SUITES_CHECKOUT: checkout,
      SUITES_DAEMON: daemon,
      SUITES_DIAL_BACKOFF: String(dialBackoff),
      SUITES_HOST: host,
      SUITES_WORKSPACE: workspace
    },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout,
    killSignal: 'SIGKILL'
  })
  let output = ''
  mocha.stderr.setEncoding('utf8').on('data', (text: string) => { output = (output + text).slice(-2_000) })
  await new Promise(end => mocha.on('close', end))

  return mocha.signalCode == null ? output : `killed after ${timeout} ms`
}

function notRun (why: string): unknown {
  const reason = why.split('\n').find(line => /error|killed/i.test(line)) ?? why

  return { passes: [], failures: [{ fullTitle: 'the suite did not run', err: { message: reason } }] }
}

function toOutcome ({ failures, passes }: any): Outcome {
  const titles = new Map<string, number>()
  const unique = ({ fullTitle }: any): string => {
    const count = (titles.get(fullTitle) ?? 0) + 1
    titles.set(fullTitle, count)

    return count === 1 ? fullTitle : `${fullTitle} (${count})`
  }

  return {
    passed: new Set(passes.map(unique)),
    failed: new Map(failures.map((failure: any) => [unique(failure), firstLines(failure.err.message)]))
  }
}

/** A line or two say enough; stacks are for whoever runs the suite. */
function firstLines (message = ''): string {
  return message.split('\n').slice(0, LINES_OF_ERROR).map(line => line.trim()).join(' ').slice(0, LENGTH_OF_ERROR)
}
