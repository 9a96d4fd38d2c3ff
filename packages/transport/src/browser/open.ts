import { UndialableAddressError, WebSocketConnectError } from '../errors.ts'
import { BrowserChannel } from './browser-channel.ts'
import { undialableReason } from './eligibility.ts'
import { StreamChannel } from './stream-channel.ts'
import { webSocketStreamConstructor } from './web-socket-stream.ts'
import type { WebSocketStreamConstructor } from './web-socket-stream.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { OpenOptions } from '../platform.ts'
import type { WebSocketTarget } from '../target.ts'

/**
 * Opens a WebSocket with the runtime's own client. A browser does not say why it
 * could not: that is kept from scripts on purpose (WebSockets standard, section 3.1).
 *
 * @throws {UndialableAddressError} when the runtime would refuse; nothing is tried then
 * @throws {WebSocketConnectError} or the reason of the signal
 */
export async function openWebSocket (target: WebSocketTarget, init: WebSocketsInit, { signal, onPhase }: OpenOptions): Promise<WebSocketChannel> {
  signal.throwIfAborted()
  const reason = undialableReason(target, isSecurePage())

  if (reason !== undefined) {
    throw new UndialableAddressError(target.url, reason)
  }

  const WebSocketStream = webSocketStreamConstructor()
  const channel = await (WebSocketStream === undefined ? openSocket(target, init, signal) : openStream(WebSocketStream, target, { init, signal }))
  onPhase('websockets:upgraded')

  return channel
}

/** A worker that was made from a blob, and a frame without a URL, have the origin of their page. */
function isSecurePage (): boolean {
  return [globalThis.location?.protocol, globalThis.origin].some(from => from?.startsWith('https:') === true)
}

async function openStream (WebSocketStream: WebSocketStreamConstructor, target: WebSocketTarget, { init, signal }: { init: WebSocketsInit, signal: AbortSignal }): Promise<WebSocketChannel> {
  try {
    const stream = new WebSocketStream(target.url, { signal })
    stream.closed.catch(() => {})

    return new StreamChannel({ stream, opened: await stream.opened, options: init })
  } catch (err) {
    throw signal.aborted ? signal.reason : new WebSocketConnectError(target.url, 'upgrade', 'the WebSocket did not open', { cause: err })
  }
}

function openSocket (target: WebSocketTarget, init: WebSocketsInit, signal: AbortSignal): Promise<WebSocketChannel> {
  const webSocket = construct(target)

  return new Promise((resolve, reject) => {
    const cleanUp = (): void => {
      signal.removeEventListener('abort', onAbort)
      webSocket.onopen = null
      webSocket.onclose = null
      webSocket.onerror = null
    }
    const onAbort = (): void => {
      cleanUp()
      webSocket.close()
      reject(signal.reason)
    }
    const onFailed = (): void => {
      cleanUp()
      reject(new WebSocketConnectError(target.url, 'upgrade', 'the WebSocket did not open'))
    }

    signal.addEventListener('abort', onAbort, { once: true })
    webSocket.onerror = onFailed
    webSocket.onclose = onFailed
    webSocket.onopen = () => {
      cleanUp()
      resolve(new BrowserChannel(webSocket, init))
    }
  })
}

function construct (target: WebSocketTarget): WebSocket {
  try {
    const webSocket = new WebSocket(target.url)
    webSocket.binaryType = 'arraybuffer'

    return webSocket
  } catch (err: any) {
    // A runtime may refuse more than the standards say.
    throw new WebSocketConnectError(target.url, 'resolve', err.message, { cause: err })
  }
}
