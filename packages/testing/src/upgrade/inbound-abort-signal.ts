import type { ClearableSignal } from '@libp2p/interface'

/** js-libp2p's default for an inbound upgrade, ms. */
const INBOUND_UPGRADE_TIMEOUT = 10_000

/** Aborts with `signal`, or when an inbound upgrade has taken too long; `clear` lets go of both. */
export function createInboundAbortSignal (signal: AbortSignal): ClearableSignal {
  const controller = new AbortController()
  const onAbort = (): void => { controller.abort(signal.reason) }
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`the upgrade took longer than ${INBOUND_UPGRADE_TIMEOUT} ms`, 'TimeoutError'))
  }, INBOUND_UPGRADE_TIMEOUT)

  if (signal.aborted) {
    onAbort()
  } else {
    signal.addEventListener('abort', onAbort)
  }

  return Object.assign(controller.signal, {
    clear: (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  })
}
