import { TimeoutError } from '@libp2p/interface'
import { toError } from './stream-negotiation.ts'
import type { Deadlines } from './deadline.ts'
import type { MultiaddrConnection } from '@libp2p/interface'

/** What ends an upgrade from outside. */
export interface GiveUpOptions {
  signal: AbortSignal | undefined

  /** Where the upgrade has a deadline of its own. */
  deadlines?: Deadlines
}

/**
 * Runs `task`. When the signal aborts or time is over, aborts `maConn`, which ends
 * whatever reads from it, and rejects at once, whatever the task waits for.
 *
 * @throws {TimeoutError} at the deadline
 * @throws {Error} the reason of the signal
 */
export async function untilGivenUp<T> (maConn: MultiaddrConnection, { signal, deadlines }: GiveUpOptions, task: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted()

  return new Promise<T>((resolve, reject) => {
    const giveUp = (reason: Error): void => {
      clear()
      reject(reason)
      maConn.abort(reason)
    }
    const onAbort = (): void => { giveUp(toError(signal?.reason)) }
    const onExpired = (): void => { giveUp(new TimeoutError(`upgrading the connection with ${maConn.remoteAddr} took longer than ${deadlines?.ms} ms`)) }
    const clear = (): void => {
      signal?.removeEventListener('abort', onAbort)
      deadlines?.delete(onExpired)
    }

    signal?.addEventListener('abort', onAbort, { once: true })
    deadlines?.add(onExpired)
    task().then(result => {
      clear()
      resolve(result)
    }, err => {
      clear()
      reject(err)
    })
  })
}
