import type http from 'node:http'
import type http2 from 'node:http2'
import type https from 'node:https'

/** What Node's HTTP/1.1 servers have by default, milliseconds. */
const REQUEST_TIMEOUT = 300_000
const KEEP_ALIVE_TIMEOUT = 5_000

/** HTTP/2 servers for sockets that are handed to them. The module is loaded by who wants it: it takes memory. */
export class Http2Servers {
  readonly #http2: typeof http2

  constructor (module: typeof http2) {
    this.#http2 = module
  }

  static async load (): Promise<Http2Servers> {
    return new Http2Servers(await import('node:http2'))
  }

  /** HTTP/2 without TLS, for clients that begin with it (RFC 9113 section 3.3). */
  createPlain (options: http.ServerOptions): http2.Http2Server {
    return bound(this.#http2.createServer(), options)
  }

  /** HTTP/2 for who asks for it by ALPN, and HTTP/1.1. */
  createSecure (options: https.ServerOptions): http2.Http2SecureServer {
    return bound(this.#http2.createSecureServer({ ...options, allowHTTP1: true } as http2.SecureServerOptions), options)
  }
}

/** Gives sessions the deadlines that Node's HTTP/1.1 servers have; of HTTP/2 it has none. */
function bound <Server extends http2.Http2Server | http2.Http2SecureServer> (server: Server, { requestTimeout = REQUEST_TIMEOUT, keepAliveTimeout = KEEP_ALIVE_TIMEOUT }: http.ServerOptions): Server {
  // Too narrow a type: Server is one of two whose `on` takes the same.
  return (server as http2.Http2Server).on('session', session => { boundSession(session, requestTimeout, keepAliveTimeout) }) as Server
}

function boundSession (session: http2.ServerHttp2Session, requestTimeout: number, keepAliveTimeout: number): void {
  const timers = new Map<http2.ServerHttp2Stream, NodeJS.Timeout>()
  const end = (): void => { session.destroy() }
  let idle: NodeJS.Timeout | undefined

  session.on('stream', stream => {
    clearTimeout(idle)
    timers.set(stream, setTimeout(end, requestTimeout))
    // The request is there. What it is answered may take as long as it wants.
    stream.once('end', () => { clearTimeout(timers.get(stream)) })
    stream.once('close', () => {
      clearTimeout(timers.get(stream))
      timers.delete(stream)

      if (timers.size === 0 && !session.destroyed) {
        idle = setTimeout(end, keepAliveTimeout)
      }
    })
  })
  session.once('close', () => { clearTimeout(idle) })
}
