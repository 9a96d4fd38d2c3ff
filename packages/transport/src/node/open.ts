import { WebSocketConnectError } from '../errors.ts'
import { DEFAULT_HANDSHAKE_TIMEOUT } from '../options.ts'
import { openSocket } from './socket.ts'
import type { Framing } from './framing.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { ConnectPhase } from '../errors.ts'
import type { WebSocketsInit } from '../options.ts'
import type { OpenOptions } from '../platform.ts'
import type { WebSocketPhaseType } from '../progress.ts'
import type { WebSocketTarget } from '../target.ts'

export interface OpenContext {
  init: WebSocketsInit
  framing: Framing
}

/**
 * Opens a WebSocket: TCP, TLS for wss, then the HTTP upgrade.
 *
 * @throws {WebSocketConnectError} with the phase that failed, or the reason of the signal
 */
export async function openWebSocket (target: WebSocketTarget, { init, framing }: OpenContext, { signal, onPhase }: OpenOptions): Promise<WebSocketChannel> {
  const timeout = init.handshakeTimeout ?? DEFAULT_HANDSHAKE_TIMEOUT
  const deadline = withDeadline(signal, timeout)
  let phase: ConnectPhase = 'resolve'
  const options: OpenOptions = {
    signal: deadline.signal,
    onPhase: reached => {
      phase = nextPhase(reached, target)
      onPhase(reached)
    }
  }

  try {
    const socket = await openSocket(target, init, options)

    if (options.signal.aborted) {
      socket.destroy()
      throw options.signal.reason
    }

    const channel = await framing.connect(socket, target, options.signal)
    options.onPhase('websockets:upgraded')

    return channel
  } catch (err: any) {
    throw deadline.passed ? new WebSocketConnectError(target.url, phase, `not done within ${timeout} ms`, { cause: err }) : err
  } finally {
    deadline.clear()
  }
}

/** What is under way once `reached` is done. */
function nextPhase (reached: WebSocketPhaseType, target: WebSocketTarget): ConnectPhase {
  if (reached === 'websockets:resolved') {
    return 'tcp'
  }

  return reached === 'websockets:tcp-connected' && target.secure ? 'tls' : 'upgrade'
}

interface Deadline {
  signal: AbortSignal

  /** Time ran out. */
  readonly passed: boolean
  clear(): void
}

/** A signal that aborts with `signal`, or with a `TimeoutError` after `timeout` milliseconds. */
function withDeadline (signal: AbortSignal, timeout: number): Deadline {
  const controller = new AbortController()
  let passed = false
  const onAbort = (): void => { controller.abort(signal.reason) }
  const timer = setTimeout(() => {
    passed = true
    controller.abort(new DOMException(`no WebSocket within ${timeout} ms`, 'TimeoutError'))
  }, timeout)

  if (signal.aborted) {
    onAbort()
  } else {
    signal.addEventListener('abort', onAbort, { once: true })
  }

  return {
    signal: controller.signal,
    get passed () { return passed },
    clear () {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
}
