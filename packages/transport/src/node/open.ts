import { WebSocket } from 'ws'
import { WebSocketConnectError } from '../errors.ts'
import { DEFAULT_HANDSHAKE_TIMEOUT } from '../options.ts'
import { openSocket } from './socket.ts'
import { webSocketOptions, WsChannel } from './ws-channel.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { ConnectPhase } from '../errors.ts'
import type { WebSocketsInit } from '../options.ts'
import type { OpenOptions } from '../platform.ts'
import type { WebSocketPhaseType } from '../progress.ts'
import type { WebSocketTarget } from '../target.ts'
import type { IncomingMessage } from 'node:http'
import type net from 'node:net'

/**
 * Opens a WebSocket: TCP, TLS for wss, then the HTTP upgrade.
 *
 * @throws {WebSocketConnectError} with the phase that failed, or the reason of the signal
 */
export async function openWebSocket (target: WebSocketTarget, init: WebSocketsInit, { signal, onPhase }: OpenOptions): Promise<WebSocketChannel> {
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

    return await upgrade(socket, target, init, options)
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

/** Sends the upgrade request over `socket` and waits for the answer. */
function upgrade (socket: net.Socket, target: WebSocketTarget, init: WebSocketsInit, { signal, onPhase }: OpenOptions): Promise<WebSocketChannel> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      socket.destroy()
      reject(signal.reason)
      return
    }

    const webSocket = new WebSocket(target.url, {
      ...webSocketOptions(init),
      headers: init.headers ?? {},
      createConnection: () => socket
    })
    const fail = (err: Error): void => {
      signal.removeEventListener('abort', onAbort)
      webSocket.terminate()
      socket.destroy()
      reject(err)
    }
    const onAbort = (): void => { fail(signal.reason) }
    const onError = (err: Error): void => {
      fail(new WebSocketConnectError(target.url, 'upgrade', err.message, { cause: err }))
    }

    // Never taken off: an error may come at any time and must find a listener.
    webSocket.on('error', () => {})
    webSocket.once('error', onError)
    webSocket.once('unexpected-response', (_: unknown, response: IncomingMessage) => {
      const status = response.statusCode ?? 0
      fail(new WebSocketConnectError(target.url, 'upgrade', `HTTP status ${status} in answer to the upgrade`, { status }))
    })
    webSocket.once('open', () => {
      signal.removeEventListener('abort', onAbort)
      webSocket.off('error', onError)
      onPhase('websockets:upgraded')
      resolve(new WsChannel(webSocket, socket, init))
    })
    signal.addEventListener('abort', onAbort, { once: true })
  })
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
