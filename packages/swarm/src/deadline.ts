import { TimeoutError } from '@libp2p/interface'
import { setMaxListeners } from 'main-event'
import type { ClearableSignal } from '@libp2p/interface'

/**
 * Runs `task` with a signal that aborts after `ms` or with `parent`. Settles at
 * that moment even when the task ignores its signal, and leaves no timer or
 * listener behind.
 *
 * @param ms - from now
 * @param parent - aborts it earlier
 * @param what - names the work in the error
 * @param task - gets the signal
 * @throws {TimeoutError} after `ms`
 */
export async function withDeadline<T> (ms: number, parent: AbortSignal | undefined, what: string, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  parent?.throwIfAborted()
  const signal = clearableDeadline(ms, parent, what)

  try {
    return await new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => { reject(signal.reason) }, { once: true })
      task(signal).then(resolve, reject)
    })
  } finally {
    signal.clear()
  }
}

/** A signal that aborts after `ms` or with `parent`. Holds a timer until it aborts or is cleared. */
export function clearableDeadline (ms: number, parent: AbortSignal | undefined, what: string): ClearableSignal {
  const controller = new AbortController()
  const onParentAbort = (): void => { abort(parent?.reason) }
  const timer = setTimeout(() => { abort(new TimeoutError(`${what} took longer than ${ms} ms`)) }, ms)
  const clear = (): void => {
    clearTimeout(timer)
    parent?.removeEventListener('abort', onParentAbort)
  }
  const abort = (reason: unknown): void => {
    clear()
    controller.abort(reason)
  }

  setMaxListeners(Infinity, controller.signal)

  if (parent?.aborted === true) {
    abort(parent.reason)
  } else {
    parent?.addEventListener('abort', onParentAbort, { once: true })
  }

  return Object.assign(controller.signal, { clear })
}
