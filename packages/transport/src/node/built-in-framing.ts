import http from 'node:http'
import { WebSocketConnectError } from '../errors.ts'
import { channelSettings } from './channel-settings.ts'
import { FrameChannel } from './frame-channel.ts'
import { answerUpgrade, createKey, requestHeaders, responseProblem } from './handshake.ts'
import { refuse } from './refuse.ts'
import type { ChannelSettings } from './channel-settings.ts'
import type { Framing, UpgradeRequest } from './framing.ts'
import type { WebSocketChannel } from '../channel.ts'
import type { WebSocketsInit } from '../options.ts'
import type { WebSocketTarget } from '../target.ts'
import type net from 'node:net'

/** The HTTP handshake by `node:http`, the frames by our own parser and writer. */
export class BuiltInFraming implements Framing {
  readonly #headers: Record<string, string>
  readonly #settings: ChannelSettings

  constructor (init: WebSocketsInit) {
    this.#headers = init.headers ?? {}
    this.#settings = channelSettings(init)
  }

  connect (socket: net.Socket, target: WebSocketTarget, signal: AbortSignal): Promise<WebSocketChannel> {
    return new Promise((resolve, reject) => {
      const key = createKey()
      const request = http.request({ ...requestOptions(target), headers: { ...this.#headers, ...requestHeaders(key) }, createConnection: () => socket })
      const fail = (err: Error): void => {
        signal.removeEventListener('abort', onAbort)
        request.destroy()
        socket.destroy()
        reject(err)
      }
      const refused = (message: string, options?: { status?: number, cause?: unknown }): void => {
        fail(new WebSocketConnectError(target.url, 'upgrade', message, options))
      }
      const onAbort = (): void => { fail(signal.reason) }

      // Never taken off: an error may come at any time and must find a listener.
      request.on('error', err => { refused(err.message, { cause: err }) })
      request.on('response', ({ statusCode: status = 0 }) => { refused(`HTTP status ${status} in answer to the upgrade`, { status }) })
      request.on('upgrade', ({ headers }, _, head: Buffer) => {
        const problem = responseProblem(headers, key)
        signal.removeEventListener('abort', onAbort)

        if (problem === undefined) {
          resolve(new FrameChannel({ socket, head, side: 'client', settings: this.#settings }))
        } else {
          refused(problem)
        }
      })
      signal.addEventListener('abort', onAbort, { once: true })
      request.end()
    })
  }

  accept ({ request, socket, head }: UpgradeRequest, onChannel: (channel: WebSocketChannel) => void): void {
    const answer = answerUpgrade(request)

    if (answer.status !== 101) {
      refuse(socket, answer.status)
      return
    }

    socket.write(answer.head)
    onChannel(new FrameChannel({ socket, head, side: 'server', settings: this.#settings }))
  }
}

function requestOptions ({ url, secure }: WebSocketTarget): http.RequestOptions {
  const { hostname, port, pathname, search } = new URL(url)

  return {
    host: hostname,
    port,
    // For the Host header: the socket is there already.
    defaultPort: secure ? 443 : 80,
    path: `${pathname}${search}`
  }
}
