import { fileURLToPath } from 'node:url'
import sirv from 'sirv'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/** Where WebSockets are taken: seed 002, "runs a websocket server on /libp2p". */
export const SOCKET_PATH = '/libp2p'

/** Built, also when the sources run: browsers take no TypeScript. */
const BUILT_IN = fileURLToPath(new URL('../dist/page', import.meta.url))

/** Names that begin with a dot, other than .well-known. */
const HIDDEN = /\/\.(?!well-known(\/|$))/

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Serves `directories`, the first one that has the path, and behind them the
 * pages that come with the relay.
 */
export function servePages (directories: string[]): RequestListener {
  const handlers: Handler[] = [
    // Read anew for each request, so that pages can be edited while they are served.
    ...directories.map(directory => sirv(directory, { dev: true, etag: true })),
    sirv(BUILT_IN, { etag: true, setHeaders: setBuiltInHeaders })
  ]

  return (request, response) => {
    const path = pathOf(request)

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      fail(response, 405, 'Method Not Allowed')
    } else if (path === SOCKET_PATH) {
      fail(response, 400, 'Bad Request')
    } else if (path === undefined || HIDDEN.test(path)) {
      fail(response, 404, 'Not found')
    } else {
      serve(handlers, request, response)
    }
  }
}

/** Decoded, without the query; nothing when it is malformed. */
export function pathOf ({ url = '/' }: IncomingMessage): string | undefined {
  try {
    return decodeURIComponent(url.replace(/[?#].*/s, ''))
  } catch {
    return undefined
  }
}

function serve (handlers: Handler[], request: IncomingMessage, response: ServerResponse): void {
  // sirv throws for a range that ends before it begins; pages have no use for ranges.
  delete request.headers.range
  response.setHeader('X-Content-Type-Options', 'nosniff')
  // A file that cannot be read: sirv leaves that error to whoever wants it.
  response.on('pipe', source => source.on('error', () => { response.destroy() }))

  const next = (index: number): void => {
    const handler = handlers[index]

    if (handler !== undefined) {
      handler(request, response, () => { next(index + 1) })
    } else if (pathOf(request) === '/') {
      response.writeHead(302, { Location: '/chat.html' }).end()
    } else {
      fail(response, 404, 'Not found')
    }
  }

  try {
    next(0)
  } catch {
    response.destroy()
  }
}

/** The chat page talks to nobody but its relay. */
function setBuiltInHeaders (response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', "default-src 'self'; base-uri 'none'; frame-ancestors 'none'")
}

function fail (response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`)
}
