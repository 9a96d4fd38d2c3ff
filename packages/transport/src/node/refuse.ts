import { STATUS_CODES } from 'node:http'
import type net from 'node:net'

/** RFC 6455 section 4.4: what a server that refuses a version says. */
const VERSION_HEADER = 'Sec-WebSocket-Version: 13\r\n'

/** Answers an upgrade request with an HTTP error and closes the socket. */
export function refuse (socket: net.Socket, status: number): void {
  socket.once('finish', () => { socket.destroy() })
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${status === 426 ? VERSION_HEADER : ''}Content-Length: 0\r\n\r\n`)
}
