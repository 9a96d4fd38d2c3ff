import { appendFileSync } from 'node:fs'
import Mocha from 'mocha'
import { RECORDS_VARIABLE } from './test-records.ts'
import type { TestRecord } from './test-records.ts'

const { EVENT_RUN_END, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } = Mocha.Runner.constants

/**
 * mocha's `spec` output on the terminal, and a record of each test in the file
 * that `TEST_RECORDS_FILE` names.
 */
class RecordingReporter extends Mocha.reporters.Spec {
  constructor (runner: Mocha.Runner, options?: Mocha.MochaOptions) {
    super(runner, options)

    const path = process.env[RECORDS_VARIABLE]

    if (path == null) {
      throw new Error(`${RECORDS_VARIABLE} is not set`)
    }

    // One synchronous write a test: a crash right after it must not lose it.
    const record = (entry: TestRecord): void => { appendFileSync(path, `${JSON.stringify(entry)}\n`) }

    runner.on(EVENT_TEST_PASS, test => { record({ state: 'passed', title: test.fullTitle() }) })
    runner.on(EVENT_TEST_FAIL, test => { record({ state: 'failed', title: test.fullTitle() }) })
    runner.on(EVENT_TEST_PENDING, test => { record({ state: 'skipped', title: test.fullTitle() }) })
    runner.on(EVENT_RUN_END, () => { record({ state: 'end' }) })
  }
}

// mocha loads a reporter with require() and expects the class itself.
export { RecordingReporter as 'module.exports' }
