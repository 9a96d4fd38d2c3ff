import { hash } from 'node:crypto'
import { nextMask } from './mask-source.ts'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** RFC 6455 section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** 16 bytes in Base64, RFC 6455 section 4.1. */
const KEY = /^[+/0-9A-Za-z]{22}==$/

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const VERSION = '13'

/** A key for an upgrade request: random, so that nobody answers it by heart. */
export function createKey (): string {
  return Buffer.from(Uint32Array.of(nextMask(), nextMask(), nextMask(), nextMask()).buffer).toString('base64')
}

/** The headers of an upgrade request, RFC 6455 section 4.1. */
export function requestHeaders (key: string): Record<string, string> {
  return {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': VERSION,
    'Sec-WebSocket-Key': key
  }
}

/**
 * What is wrong with the answer to an upgrade request that asked for no extension and
 * no subprotocol, RFC 6455 section 4.1. Undefined when it can be used.
 *
 * @param headers - of the response with status 101
 */
export function responseProblem (headers: IncomingHttpHeaders, key: string): string | undefined {
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    return 'the answer upgrades to no WebSocket'
  }

  if (headers['sec-websocket-accept'] !== acceptOf(key)) {
    return 'the answer is to another request: Sec-WebSocket-Accept does not fit'
  }

  if (headers['sec-websocket-extensions'] !== undefined) {
    return `the answer has an extension that nobody asked for: ${headers['sec-websocket-extensions']}`
  }

  return headers['sec-websocket-protocol'] === undefined ? undefined : `the answer has a subprotocol that nobody asked for: ${headers['sec-websocket-protocol']}`
}

/** The answer to an upgrade request, as an HTTP status, and the head to send with 101. */
export type UpgradeAnswer = { status: 101, head: string } | { status: 400 | 405 | 426 }

/**
 * RFC 6455 section 4.2. libp2p has no subprotocol; of those that a client offers, it
 * gets the first, since a browser would not take an answer with none.
 */
export function answerUpgrade ({ method, headers }: IncomingMessage): UpgradeAnswer {
  const key = headers['sec-websocket-key']
  const subprotocol = headers['sec-websocket-protocol']?.split(',')[0]?.trim()

  if (method !== 'GET') {
    return { status: 405 }
  }

  if (headers.upgrade?.toLowerCase() !== 'websocket' || key === undefined || !KEY.test(key)) {
    return { status: 400 }
  }

  if (headers['sec-websocket-version'] !== VERSION) {
    return { status: 426 }
  }

  if (subprotocol !== undefined && !TOKEN.test(subprotocol)) {
    return { status: 400 }
  }

  return {
    status: 101,
    head: [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${acceptOf(key)}`,
      ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
      '\r\n'
    ].join('\r\n')
  }
}

function acceptOf (key: string): string {
  return hash('sha1', key + GUID, 'base64')
}
