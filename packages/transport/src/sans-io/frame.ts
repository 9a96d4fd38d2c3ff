/** Opcodes, RFC 6455 section 5.2. */
export const CONTINUATION = 0x0
export const TEXT = 0x1
export const BINARY = 0x2
export const CLOSE = 0x8
export const PING = 0x9
export const PONG = 0xa

/** Bits of the first two bytes, RFC 6455 section 5.2. */
export const FIN_BIT = 0x80
export const RESERVED_BITS = 0x70
export const OPCODE_BITS = 0x0f
export const MASK_BIT = 0x80
export const LENGTH_BITS = 0x7f

/** What the seven length bits say of a length that follows them. */
const LENGTH_16 = 126
const LENGTH_64 = 127

/** RFC 6455 section 5.5. */
export const MAX_CONTROL_PAYLOAD = 125

/** Two bytes, a length of 64 bits, a mask. */
export const MAX_HEADER_LENGTH = 14

/** Close codes that answer a violation, RFC 6455 section 7.4.1. */
export const PROTOCOL_ERROR = 1002
export const INVALID_PAYLOAD = 1007
export const MESSAGE_TOO_BIG = 1009

/** Close code where a frame brought none; never on the wire. */
export const NO_STATUS = 1005

export interface OutgoingFrame {
  opcode: number

  /** Of the payload. */
  length: number
  mask: number | undefined
}

/** Bytes of the header that begins with these two. */
export function headerLength (second: number): number {
  const length = second & LENGTH_BITS
  const mask = (second & MASK_BIT) === 0 ? 0 : 4

  if (length < LENGTH_16) {
    return 2 + mask
  }

  return (length === LENGTH_16 ? 4 : 10) + mask
}

/** The payload length in the header at `offset`; past 2^53 it is not exact. */
export function payloadLength (bytes: Uint8Array, offset: number): number {
  const length = byteAt(bytes, offset + 1) & LENGTH_BITS

  if (length === LENGTH_16) {
    return byteAt(bytes, offset + 2) << 8 | byteAt(bytes, offset + 3)
  }

  return length === LENGTH_64 ? uint32At(bytes, offset + 2) * 2 ** 32 + uint32At(bytes, offset + 6) : length
}

/**
 * Writes the header of a frame that is not fragmented, up to `MAX_HEADER_LENGTH`
 * bytes, and returns its length. A mask is its four bytes as a number, first byte
 * highest; a server has none.
 */
export function writeHeader (target: Uint8Array, offset: number, { opcode, length, mask }: OutgoingFrame): number {
  const maskBit = mask === undefined ? 0 : MASK_BIT
  let end = offset + 2
  target[offset] = FIN_BIT | opcode

  if (length < LENGTH_16) {
    target[offset + 1] = maskBit | length
  } else if (length < 2 ** 16) {
    target[offset + 1] = maskBit | LENGTH_16
    target[end++] = length >>> 8
    target[end++] = length
  } else {
    target[offset + 1] = maskBit | LENGTH_64
    end = writeUint32(target, end, Math.floor(length / 2 ** 32))
    end = writeUint32(target, end, length)
  }

  return (mask === undefined ? end : writeUint32(target, end, mask)) - offset
}

/** Whether a close frame may carry `code`: RFC 6455 section 7.4.2, and 1012 to 1014 of IANA's registry. */
export function isCloseCode (code: number): boolean {
  return (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || (code >= 3000 && code <= 4999)
}

export function byteAt (bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0
}

export function uint32At (bytes: Uint8Array, offset: number): number {
  return (byteAt(bytes, offset) << 24 | byteAt(bytes, offset + 1) << 16 | byteAt(bytes, offset + 2) << 8 | byteAt(bytes, offset + 3)) >>> 0
}

function writeUint32 (target: Uint8Array, offset: number, value: number): number {
  target[offset] = value >>> 24
  target[offset + 1] = value >>> 16
  target[offset + 2] = value >>> 8
  target[offset + 3] = value

  return offset + 4
}
