/**
 * Waits for `promise`, but no longer than `signal` allows. Leaves no listener.
 *
 * @throws {Error} the reason of the signal, or what the promise rejects with
 */
export async function abortable <T> (promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal == null) {
    return promise
  }

  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => { aborted.reject(signal.reason) }
  signal.addEventListener('abort', onAbort, { once: true })

  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
