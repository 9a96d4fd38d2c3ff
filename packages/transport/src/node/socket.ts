import net from 'node:net'
import tls from 'node:tls'
import { WebSocketConnectError } from '../errors.ts'
import { proxyAddress, proxyFor, tunnel } from './proxy.ts'
import type { ConnectPhase } from '../errors.ts'
import type { DialOptions } from '../options.ts'
import type { OpenOptions } from '../platform.ts'
import type { WebSocketTarget } from '../target.ts'
import type { NetAddress } from '@libp2p-ws/core'

/**
 * Opens a TCP connection to `target`, through a proxy where there is one, and
 * TLS over it for wss.
 *
 * @throws {WebSocketConnectError} or the reason of the signal; the socket is destroyed then
 */
export async function openSocket (target: WebSocketTarget, dialOptions: DialOptions, options: OpenOptions): Promise<net.Socket> {
  options.signal.throwIfAborted()
  const socket = await openTcp(target, dialOptions, options)
  options.onPhase('websockets:tcp-connected')

  if (!target.secure) {
    return socket
  }

  const secure = await connectTls(socket, target.sni ?? target.host, dialOptions.tls, options.signal, toErrorIn('tls', target))
  options.onPhase('websockets:tls-connected')

  return secure
}

async function openTcp (target: WebSocketTarget, dialOptions: DialOptions, { signal, onPhase }: OpenOptions): Promise<net.Socket> {
  const proxy = findProxy(target, dialOptions)

  if (proxy === undefined) {
    return connectTcp(target, signal, target, () => { onPhase('websockets:resolved') })
  }

  const toError = toErrorIn('tcp', target)
  const address = proxyAddress(proxy)
  const tcp = await connectTcp(address, signal, target, () => { onPhase('websockets:resolved') })
  const socket = proxy.protocol === 'https:' ? await connectTls(tcp, address.host, dialOptions.tls, signal, toError) : tcp
  await ask(socket, signal, tunnel(socket, proxy, target), toError)

  return socket
}

function findProxy (target: WebSocketTarget, { proxy }: DialOptions): URL | undefined {
  try {
    return proxyFor(target, target.secure, proxy)
  } catch (err: any) {
    // The environment is no argument of the caller's.
    throw new WebSocketConnectError(target.url, 'resolve', err.message, { cause: err })
  }
}

/** Calls `onResolved` when an IP address is known. */
function connectTcp (address: NetAddress, signal: AbortSignal, target: WebSocketTarget, onResolved: () => void): Promise<net.Socket> {
  let phase: ConnectPhase = 'resolve'
  const resolved = (): void => {
    if (phase === 'resolve') {
      phase = 'tcp'
      onResolved()
    }
  }

  const socket = net.connect({
    host: address.zone === undefined ? address.host : `${address.host}%${address.zone}`,
    port: address.port,
    noDelay: true,
    ...(address.family === undefined ? {} : { family: address.family })
  })
  socket.once('lookup', err => {
    if (err == null) {
      resolved()
    }
  })
  socket.once('connect', resolved)

  if (net.isIP(address.host) !== 0) {
    resolved()
  }

  return settle(socket, 'connect', signal, err => toErrorIn(phase, target)(err))
}

function connectTls (socket: net.Socket, name: string, tlsOptions: tls.ConnectionOptions | undefined, signal: AbortSignal, toError: ToError): Promise<net.Socket> {
  const secure = tls.connect({
    ALPNProtocols: ['http/1.1'],
    ...tlsOptions,
    socket,
    host: name,
    // RFC 6066 section 3: an IP literal is no server name.
    servername: net.isIP(name) === 0 ? name : ''
  })

  return settle(secure, 'secureConnect', signal, toError)
}

type ToError = (cause: Error) => Error

function toErrorIn (phase: ConnectPhase, { url }: WebSocketTarget): ToError {
  return cause => new WebSocketConnectError(url, phase, cause.message, { cause })
}

/** Waits for what goes over `socket`; on an error or an abort destroys it and rejects. */
async function ask (socket: net.Socket, signal: AbortSignal, answer: Promise<void>, toError: ToError): Promise<void> {
  const onAbort = (): void => { socket.destroy() }
  signal.addEventListener('abort', onAbort, { once: true })

  try {
    await answer
  } catch (err: any) {
    socket.destroy()
    throw signal.aborted ? signal.reason : toError(err)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** Resolves with `socket` on `event`; on an error, an early end or an abort destroys it and rejects. */
function settle (socket: net.Socket, event: 'connect' | 'secureConnect', signal: AbortSignal, toError: ToError): Promise<net.Socket> {
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
