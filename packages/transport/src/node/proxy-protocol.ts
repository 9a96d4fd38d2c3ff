import net from 'node:net'
import type { ClientAddress } from './client-address.ts'

/** The PROXY protocol, versions 1 and 2: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt */
export type ProxyHeader =
  /** More bytes are needed. */
  { state: 'incomplete' } |
  /** Whatever this is, it does not begin with a PROXY header. */
  { state: 'invalid' } |
  /** `length` bytes are the header. No client: the proxy connected on its own account, to check our health. */
  { state: 'complete', length: number, client: ClientAddress | undefined }

const SIGNATURE_V1 = Buffer.from('PROXY ')
const SIGNATURE_V2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Section 2.1: the longest version 1 line, with its CRLF. */
const MAX_LENGTH_V1 = 107
const HEAD_LENGTH_V2 = 16

/** What a version 2 header may have in all. The addresses need 36 bytes; the rest are extensions (TLVs). */
const MAX_LENGTH_V2 = 4096

const INCOMPLETE: ProxyHeader = { state: 'incomplete' }
const INVALID: ProxyHeader = { state: 'invalid' }

/** Reads the PROXY header that `bytes` begin with. */
export function parseProxyHeader (bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, SIGNATURE_V1)) {
    return bytes.length < SIGNATURE_V1.length ? INCOMPLETE : parseVersion1(bytes)
  }

  if (startsLike(bytes, SIGNATURE_V2)) {
    return bytes.length < HEAD_LENGTH_V2 ? INCOMPLETE : parseVersion2(bytes)
  }

  return INVALID
}

function startsLike (bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length)

  return bytes.subarray(0, length).equals(signature.subarray(0, length))
}

function parseVersion1 (bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_LENGTH_V1).indexOf('\r\n')

  if (end < 0) {
    return bytes.length < MAX_LENGTH_V1 ? INCOMPLETE : INVALID
  }

  const length = end + 2
  const [, protocol, source = '', , sourcePort = ''] = bytes.toString('latin1', 0, end).split(' ')

  if (protocol === 'UNKNOWN') {
    return { state: 'complete', length, client: undefined }
  }

  const family = protocol === 'TCP4' ? 4 : 6
  const port = Number(sourcePort)

  if ((protocol !== 'TCP4' && protocol !== 'TCP6') || net.isIP(source) !== family || !/^\d{1,5}$/.test(sourcePort) || port > 65_535) {
    return INVALID
  }

  return { state: 'complete', length, client: { address: source, port } }
}

function parseVersion2 (bytes: Buffer): ProxyHeader {
  const version = bytes.readUInt8(12) >> 4
  const command = bytes.readUInt8(12) & 0x0f
  const family = bytes.readUInt8(13) >> 4
  const length = HEAD_LENGTH_V2 + bytes.readUInt16BE(14)

  if (version !== 2 || command > 1 || length > MAX_LENGTH_V2) {
    return INVALID
  }

  if (bytes.length < length) {
    return INCOMPLETE
  }

  // Command 0 is LOCAL; families other than 1 and 2 have no IP address.
  if (command === 0 || family === 0 || family > 2) {
    return { state: 'complete', length, client: undefined }
  }

  const client = readAddress(bytes.subarray(HEAD_LENGTH_V2, length), family === 1 ? 4 : 16)

  return client === undefined ? INVALID : { state: 'complete', length, client }
}

/** Section 2.2: source address, destination address, source port, destination port. */
function readAddress (block: Buffer, size: 4 | 16): ClientAddress | undefined {
  if (block.length < size * 2 + 4) {
    return undefined
  }

  const address = size === 4
    ? block.subarray(0, 4).join('.')
    : Array.from({ length: 8 }, (_, index) => block.readUInt16BE(index * 2).toString(16)).join(':')

  return { address, port: block.readUInt16BE(size * 2) }
}
