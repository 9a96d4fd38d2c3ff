import net from 'node:net'
import tls from 'node:tls'
import { WebSocketConnectError } from '../errors.ts'
import type { ConnectPhase } from '../errors.ts'
import type { OpenOptions } from '../platform.ts'
import type { WebSocketTarget } from '../target.ts'

/**
 * Opens a TCP connection to `target`, and TLS over it for wss.
 *
 * @throws {WebSocketConnectError} or the reason of the signal; the socket is destroyed then
 */
export async function openSocket (target: WebSocketTarget, tlsOptions: tls.ConnectionOptions, options: OpenOptions): Promise<net.Socket> {
  options.signal.throwIfAborted()
  const socket = await connectTcp(target, options)

  return target.secure ? connectTls(socket, target, tlsOptions, options) : socket
}

function connectTcp (target: WebSocketTarget, { signal, onPhase }: OpenOptions): Promise<net.Socket> {
  const host = target.zone === undefined ? target.host : `${target.host}%${target.zone}`
  let phase: ConnectPhase = 'resolve'
  const resolved = (): void => {
    if (phase === 'resolve') {
      phase = 'tcp'
      onPhase('websockets:resolved')
    }
  }

  const socket = net.connect({
    host,
    port: target.port,
    noDelay: true,
    ...(target.family === undefined ? {} : { family: target.family })
  })
  socket.once('lookup', err => {
    if (err == null) {
      resolved()
    }
  })

  if (net.isIP(target.host) !== 0) {
    resolved()
  }

  return settle(socket, 'connect', signal, err => new WebSocketConnectError(target.url, phase, err.message, { cause: err }), () => {
    resolved()
    onPhase('websockets:tcp-connected')
  })
}

function connectTls (socket: net.Socket, target: WebSocketTarget, tlsOptions: tls.ConnectionOptions, { signal, onPhase }: OpenOptions): Promise<net.Socket> {
  const name = target.sni ?? target.host
  const secure = tls.connect({
    ALPNProtocols: ['http/1.1'],
    ...tlsOptions,
    socket,
    host: name,
    // RFC 6066 section 3: an IP literal is no server name.
    servername: net.isIP(name) === 0 ? name : ''
  })

  return settle(secure, 'secureConnect', signal, err => new WebSocketConnectError(target.url, 'tls', err.message, { cause: err }), () => {
    onPhase('websockets:tls-connected')
  })
}

/** Resolves with `socket` on `event`; on an error, an early end or an abort destroys it and rejects. */
function settle (socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal, toError: (cause: Error) => Error, onReady: () => void): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => { fail(signal.reason) }
    const onError = (err: Error): void => { fail(toError(err)) }
    const onClose = (): void => { fail(toError(new Error('the connection was closed'))) }
    const cleanUp = (): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off(event, ready)
      socket.off('error', onError)
      socket.off('close', onClose)
    }
    const fail = (err: Error): void => {
      cleanUp()
      socket.destroy()
      reject(err)
    }
    const ready = (): void => {
      cleanUp()
      onReady()
      resolve(socket)
    }

    // Never taken off: an error may come at any time and must find a listener.
    socket.on('error', () => {})
    socket.once(event, ready)
    socket.once('error', onError)
    socket.once('close', onClose)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
