import { Libp2pWsError } from '@libp2p-ws/core'

const POLL_INTERVAL = 5

/** The transport does not do what the suite asks of it; the message says what and where. */
export class TransportSuiteError extends Libp2pWsError {
  override readonly name = 'TransportSuiteError'
  readonly code = 'ERR_TRANSPORT_SUITE'
}

export function check (condition: boolean, otherwise: string): asserts condition {
  if (!condition) {
    throw new TransportSuiteError(otherwise)
  }
}

export function checkEqual<T> (actual: T, expected: T, what: string): void {
  check(Object.is(actual, expected), `${what} should be ${String(expected)}, is ${String(actual)}`)
}

/**
 * As `promise`, but fails when it takes longer than `deadline` ms, and says what
 * it was that failed. `what` begins the sentence "… did not happen within".
 */
export async function within<T> (deadline: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined

  try {
    return await Promise.race([
      promise.catch((error: unknown) => { throw explain(error, what) }),
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => { reject(new TransportSuiteError(`${what} did not happen within ${deadline} ms`)) }, deadline)
      })
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** The suite's own errors as they are; anything else with where it came up. */
export function explain (error: unknown, what: string): TransportSuiteError {
  return error instanceof TransportSuiteError ? error : new TransportSuiteError(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
}

/** Waits until `condition` holds. `what` as in `within`. */
export async function eventually (deadline: number, what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + deadline

  while (!condition()) {
    check(performance.now() < end, `${what} did not happen within ${deadline} ms`)
    await new Promise<void>(resolve => { setTimeout(resolve, POLL_INTERVAL) })
  }
}

/** What `promise` rejects with. Fails when it resolves, rejects with something that is no Error, or does neither in time. */
export async function rejection (deadline: number, what: string, promise: Promise<unknown>): Promise<Error> {
  const outcome = await within(deadline, `an end of ${what}`, promise.then(
    () => new TransportSuiteError(`${what} should have been rejected and was not`),
    (reason: unknown) => ({ reason })
  ))

  if (outcome instanceof Error) {
    throw outcome
  }

  check(outcome.reason instanceof Error, `${what} should be rejected with an Error, not with ${String(outcome.reason)}`)

  return outcome.reason
}

/** The error and everything it was caused by. */
export function causes (error: unknown): unknown[] {
  const chain: unknown[] = []

  for (let cause = error; cause != null && !chain.includes(cause); cause = (cause as { cause?: unknown }).cause) {
    chain.push(cause)
  }

  return chain
}

/** Whether an operation ended because its signal aborted. */
export function isAbort (error: Error, signal: AbortSignal): boolean {
  return causes(error).some(cause => cause === signal.reason || (cause as Partial<Error>).name === 'AbortError')
}
