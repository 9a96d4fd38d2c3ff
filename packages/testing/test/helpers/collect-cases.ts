import { transportSuite } from '../../src/index.ts'
import type { SetUp, TransportSuiteOptions } from '../../src/index.ts'

/** The tests of the suite, to be run one by one, and those it skips. */
export function collectCases (setup: SetUp, options: Omit<TransportSuiteOptions, 'runner'> = {}): { cases: Map<string, () => Promise<void>>, skipped: string[] } {
  const cases = new Map<string, () => Promise<void>>()
  const skipped: string[] = []

  transportSuite(setup, {
    ...options,
    runner: {
      describe: (_name, define) => { define() },
      it: Object.assign((name: string, run: () => Promise<void>) => { cases.set(name, run) }, {
        skip: (name: string) => { skipped.push(name) }
      })
    }
  })

  return { cases, skipped }
}
