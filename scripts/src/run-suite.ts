import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { RECORDS_VARIABLE, readCounts } from './test-records.ts'
import type { Suite } from './suites.ts'
import type { TestCounts } from './test-records.ts'

export interface SuiteResult extends TestCounts {
  name: string
  seconds: number

  /** What went wrong beyond the tests that failed; each counts as one failure. */
  problems: string[]

  /** What the tests said the machine lacks: `go toolchain`, `chromium`. */
  missing: string[]
}

export interface RunSuiteOptions {
  /** Folder for the file of records. It must exist. */
  resultsDir: string

  /** A suite that runs longer is killed, with all it started, and has failed. */
  timeoutMs: number

  /** Takes what the suite prints. */
  write(chunk: Uint8Array): void
}

interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  timedOut: boolean
  output: string
}

/** How long to read on what a suite has printed, once it has ended. */
const DRAIN_MS = 2000

const REPORTER = join(import.meta.dirname, 'mocha-reporter.ts')
const MISSING = /^\s*(?:- )?skipped: no (.+?)\s*$/gm

/**
 * Runs the `test` script of one workspace package and counts what really ran.
 * It never rejects because of what the suite does: a crash, a kill or an empty
 * run is a problem of the result.
 */
export async function runSuite (suite: Suite, options: RunSuiteOptions): Promise<SuiteResult> {
  if (suite.script == null) {
    return describe(suite, 0, { ...readCounts(''), complete: true }, ['has no test script'], '')
  }

  const records = join(options.resultsDir, `${suite.name.replaceAll('/', '-')}.jsonl`)
  rmSync(records, { force: true })

  const started = performance.now()
  const exit = await runScript(suite, records, options)
  const counts = readCounts(records)

  return describe(suite, (performance.now() - started) / 1000, counts, findProblems(exit, counts, options.timeoutMs), exit.output)
}

function describe (suite: Suite, seconds: number, counts: TestCounts, problems: string[], output: string): SuiteResult {
  const missing = new Set([...output.matchAll(MISSING)].map(match => match[1] ?? ''))

  return { ...counts, name: suite.name, seconds, problems, missing: [...missing] }
}

function findProblems (exit: Exit, counts: TestCounts, timeoutMs: number): string[] {
  if (exit.timedOut) {
    return [`was killed after ${timeoutMs / 1000} s`]
  }

  const ended = exit.signal == null ? `exit code ${exit.code}` : `signal ${exit.signal}`

  if (counts.passed + counts.failed + counts.skipped === 0) {
    return [`ran no test (${ended})`]
  }

  if (!counts.complete) {
    return [`crashed before its last test (${ended})`]
  }

  if (exit.code !== 0 && counts.failed === 0) {
    return [`ended with ${ended} although no test failed`]
  }

  return exit.code === 0 && counts.failed > 0 ? ['ended with exit code 0 although tests failed'] : []
}

async function runScript (suite: Suite, records: string, options: RunSuiteOptions): Promise<Exit> {
  // A process group of its own: killing the group ends whatever the suite started.
  const child = spawn(process.execPath, ['--run', 'test'], {
    cwd: suite.dir,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [RECORDS_VARIABLE]: records, MOCHA_OPTIONS: `--reporter ${REPORTER}` }
  })
  let output = ''
  let timedOut = false

  const collect = (chunk: Buffer): void => {
    options.write(chunk)
    output += chunk.toString()
  }

  const killGroup = (): void => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL')
    } catch {
      // every process of the group has ended
    }
  }

  const timer = setTimeout(() => {
    timedOut = true
    killGroup()
  }, options.timeoutMs)

  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  process.once('exit', killGroup)

  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => {
      clearTimeout(timer)
      process.off('exit', killGroup)
      killGroup()
      // A process that left the group may hold the pipes open for ever.
      setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
      }, DRAIN_MS).unref()
    })
    child.once('close', (code, signal) => {
      resolve({ code, signal, timedOut, output: stripVTControlCharacters(output) })
    })
  })
}
