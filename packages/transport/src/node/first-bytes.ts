import { parseProxyHeader } from './proxy-protocol.ts'
import type { ClientAddress } from './client-address.ts'
import type net from 'node:net'

/** What a connection begins with. */
export type FirstProtocol = 'tls' | 'http' | 'http2'

/** RFC 9113 section 3.4: no method of HTTP/1.1 begins so. */
const HTTP2_PREFACE = Buffer.from('PRI ')

/** What the first bytes of a TCP connection say. */
export interface FirstBytes {
  protocol: FirstProtocol

  /** From a PROXY header, when one was asked for and named somebody. */
  client: ClientAddress | undefined
}

/**
 * Reads until it is known what a socket speaks, and puts back what belongs to
 * that protocol. The socket is paused then. Calls back within the event that
 * brought the bytes, so that nothing is lost on the way to the next reader.
 *
 * @param socket - paused, nothing of it read
 * @param expectProxyHeader - a PROXY header comes first, or the socket is not wanted
 * @param callback - undefined when the bytes are not as expected, or the far end is gone
 */
export function readFirstBytes (socket: net.Socket, expectProxyHeader: boolean, callback: (first: FirstBytes | undefined) => void): void {
  let expectHeader = expectProxyHeader
  let client: ClientAddress | undefined
  let bytes: Buffer = Buffer.alloc(0)

  const onReadable = (): void => {
    const chunk: Buffer | null = socket.read()

    if (chunk === null) {
      if (socket.readableEnded || socket.destroyed || bytes.length === 0) {
        done(undefined)
      }

      return
    }

    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])

    if (expectHeader) {
      const header = parseProxyHeader(bytes)

      if (header.state === 'incomplete') {
        return
      }

      if (header.state === 'invalid') {
        done(undefined)
        return
      }

      expectHeader = false
      client = header.client
      bytes = bytes.subarray(header.length)
    }

    const protocol = protocolOf(bytes)

    if (protocol !== undefined) {
      done({ protocol, client })
    }
  }
  const done = (first: FirstBytes | undefined): void => {
    socket.off('readable', onReadable)

    if (first !== undefined) {
      socket.unshift(bytes)
    }

    callback(first)
  }

  socket.on('readable', onReadable)
}

/** Undefined when more bytes are needed. */
function protocolOf (bytes: Buffer): FirstProtocol | undefined {
  const [first] = bytes

  // RFC 8446 section 5.1: a TLS connection begins with a record of type 22.
  if (first === 22) {
    return 'tls'
  }

  const start = bytes.subarray(0, HTTP2_PREFACE.length)

  if (!HTTP2_PREFACE.subarray(0, start.length).equals(start)) {
    return 'http'
  }

  return start.length === HTTP2_PREFACE.length ? 'http2' : undefined
}
