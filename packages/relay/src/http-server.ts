import { createServer } from 'node:http'
import { ListenError } from './errors.ts'
import { isAllowedOrigin } from './origin.ts'
import { SOCKET_PATH, pathOf, servePages } from './pages.ts'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

export interface HttpServerInit {
  files: string[]
  allowedOrigins: string[]

  /** An upgrade of /libp2p that may be made. */
  onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

/** Pages for everyone, and WebSockets for those who may have them. */
export function createHttpServer ({ files, allowedOrigins, onUpgrade }: HttpServerInit): Server {
  const server = createServer(servePages(files))

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => { socket.destroy() })

    if (pathOf(request) !== SOCKET_PATH) {
      refuse(socket, '404 Not Found')
    } else if (!isAllowedOrigin(request, allowedOrigins)) {
      refuse(socket, '403 Forbidden')
    } else {
      onUpgrade(request, socket, head)
    }
  })

  return server
}

/** @throws {ListenError} naming the port */
export async function listen (server: Server, addr: string, port: number): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ port, ...(addr === '' ? {} : { host: addr }) }, resolve)

  try {
    await promise
  } catch (err) {
    throw new ListenError('port', describe(err as NodeJS.ErrnoException, addr, port), err)
  }

  server.off('error', reject)

  return server.address() as AddressInfo
}

function describe ({ code, message }: NodeJS.ErrnoException, addr: string, port: number): string {
  const where = addr === '' ? 'all addresses' : addr

  return code === 'EADDRINUSE' ? `port ${port} of ${where} is in use` : `cannot listen on port ${port} of ${where}: ${message}`
}

function refuse (socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
