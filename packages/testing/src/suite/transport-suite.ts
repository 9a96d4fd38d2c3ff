import { InvalidValueError } from '@libp2p-ws/core'
import { toCapabilities } from './capabilities.ts'
import { addresses } from './cases/addresses.ts'
import { backPressure } from './cases/back-pressure.ts'
import { bytes } from './cases/bytes.ts'
import { dialing } from './cases/dialing.ts'
import { ending } from './cases/ending.ts'
import { listening } from './cases/listening.ts'
import { streams } from './cases/streams.ts'
import { stress } from './cases/stress.ts'
import { explain } from './checks.ts'
import { TestBed } from './test-bed.ts'
import type { TransportCapabilities } from './capabilities.ts'
import type { SetUp } from './set-up.ts'
import type { ConnectRaw, SuiteCase } from './suite-case.ts'

const GROUPS = [addresses, dialing, listening, bytes, backPressure, ending, streams, stress]

const DEFAULT_DEADLINE = 5_000

/** Test runners that want a limit for a whole test get one that the deadlines of its steps stay well below. */
const STEPS = 60

/** The functions of a test runner that the suite calls: those of mocha, vitest, jest, node:test and others fit. */
export interface TestRunner {
  describe(name: string, define: () => void): unknown
  it: TestRunnerIt
}

export interface TestRunnerIt {
  (name: string, run: () => Promise<void>, timeout?: number): unknown

  /** Shows a test as skipped. Without it such tests are left out. */
  skip?(name: string, run: () => Promise<void>): unknown
}

export interface TransportSuiteOptions {
  /** What the transport cannot do, or can do beyond the usual. */
  capabilities?: Partial<TransportCapabilities>

  /** Opens a connection below the transport, for garbage and silence: `connectSocket` of `@libp2p-ws/testing/node` does for TCP and Unix sockets. */
  connectRaw?: ConnectRaw

  /** Milliseconds that one step of a test may take. Default 5,000. */
  deadline?: number

  /** Default: the global `describe` and `it`. */
  runner?: TestRunner
}

/**
 * Defines the tests that every libp2p transport should pass. `setup` is called
 * for each of them.
 *
 * @throws {InvalidValueError} for an unknown capability, and without a test runner
 */
export function transportSuite (setup: SetUp, options: TransportSuiteOptions = {}): void {
  const capabilities = toCapabilities(options.capabilities)
  const runner = options.runner ?? globalRunner()
  const deadline = options.deadline ?? DEFAULT_DEADLINE

  for (const group of GROUPS) {
    runner.describe(group.name, () => {
      for (const suiteCase of group.cases) {
        const missing = suiteCase.needs?.filter(need => need === 'connectRaw' ? options.connectRaw == null : !capabilities[need]) ?? []

        if (missing.length > 0) {
          runner.it.skip?.(`${suiteCase.name} (skipped, as declared: no ${missing.join(', no ')})`, async () => {})
        } else {
          define(runner, suiteCase, deadline, async () => TestBed.create(setup, { deadline, connectRaw: options.connectRaw, checkLeftOpen: capabilities.leavesNothingOpen }))
        }
      }
    })
  }
}

function define (runner: TestRunner, suiteCase: SuiteCase, deadline: number, createBed: () => Promise<TestBed>): void {
  runner.it(suiteCase.name, async function (this: unknown) {
    // mocha's limit for the whole test: each step has its own deadline, and a better message
    (this as { timeout?(ms: number): void } | undefined)?.timeout?.(0)
    await runCase(suiteCase, await createBed())
  }, STEPS * deadline)
}

async function runCase (suiteCase: SuiteCase, bed: TestBed): Promise<void> {
  try {
    await suiteCase.run(bed)
  } catch (error) {
    // what the test found says more than what its remains do
    await bed.cleanUp().catch(() => {})
    throw explain(error, 'a call that should succeed')
  }

  await bed.cleanUp()
}

function globalRunner (): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>

  if (describe == null || it == null) {
    throw new InvalidValueError('runner', undefined, 'there is no global describe and it: pass { runner: { describe, it } }')
  }

  return { describe, it }
}
