import { TimeoutError } from '@libp2p/interface'
import { setMaxListeners } from 'main-event'
import { DeadlineQueue } from './sans-io/deadline-queue.ts'
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

/** Deadlines of one length, with one timer for all of them. It keeps no process alive. */
export class Deadlines {
  readonly ms: number
  readonly #queue: DeadlineQueue<() => void>
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor (ms: number) {
    this.ms = ms
    this.#queue = new DeadlineQueue(ms)
  }

  /** Calls `onExpired` after `ms`, unless it is deleted before. */
  add (onExpired: () => void): void {
    const now = performance.now()
    this.#queue.add(onExpired, now)
    this.#timer ?? this.#setTimer(now)
  }

  /** The timer stays: setting one for each would cost more than one that finds nothing to do. */
  delete (onExpired: () => void): void {
    this.#queue.remove(onExpired)
  }

  #setTimer (now: number): void {
    const due = this.#queue.pollTimeout()

    if (due !== undefined) {
      this.#timer = setTimeout(() => { this.#onTimer() }, Math.max(0, Math.ceil(due - now)))
      // browsers have numbers for timers
      typeof this.#timer === 'object' && this.#timer.unref()
    }
  }

  #onTimer (): void {
    const now = performance.now()
    this.#timer = undefined
    const expired = this.#queue.handleTimeout(now)
    this.#setTimer(now)
    expired.forEach(onExpired => { onExpired() })
  }
}
