import { multiaddr } from '@multiformats/multiaddr'
import { describeError } from '../describe-error.ts'
import { runTest } from '../peer-tests.ts'
import { reportConnection } from '../protocols.ts'
import { print } from './print.ts'
import { serve, toldToEnd } from './serve.ts'
import type { DialReport, Security, TestName } from '../contract.ts'
import type { CreateStack, Stack } from '../host-options.ts'

export interface DialOptions {
  address: string

  /** Multiaddrs; where there are any, the test protocols are served on them until the process is told to end. */
  listen: string[]
  security: Security[]
  tests: TestName[]

  /** Bytes to send in echo and half-close. */
  size: number

  /** For the dial, and again for each test, ms. */
  timeout: number
}

/** Connects to one peer, runs the tests on that connection and says whether all went well. */
export async function dial (createStack: CreateStack, options: DialOptions): Promise<boolean> {
  const stack = await createStack({ listen: options.listen, security: options.security })
  const ending = options.listen.length === 0 ? undefined : toldToEnd()
  ending != null && await serve(stack)
  const report = await dialAndTest(stack, options)
  print(report)
  await ending
  await stack.host.stop()

  return report.ok
}

async function dialAndTest (stack: Stack, { address, tests, size, timeout }: DialOptions): Promise<DialReport> {
  const { host } = stack
  const report: DialReport = { ok: false, dialMs: 0, tests: [] }
  const start = performance.now()

  try {
    const connection = await host.dial(multiaddr(address), { signal: AbortSignal.timeout(timeout) })
    report.dialMs = performance.now() - start
    report.connection = reportConnection(connection, stack)

    for (const name of tests) {
      report.tests.push(await runTest(name, { host, connection, size, timeout }))
    }

    report.ok = report.tests.every(({ ok }) => ok)
  } catch (err) {
    report.dialMs = performance.now() - start
    report.error = describeError(err)
  }

  return report
}
