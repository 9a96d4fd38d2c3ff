import { YamuxProtocolError } from './errors.ts'

/** Frame types (yamux spec, "Type Field"). */
export const DATA = 0
export const WINDOW_UPDATE = 1
export const PING = 2
export const GO_AWAY = 3

/** Flags (yamux spec, "Flag Field"). */
export const SYN = 1
export const ACK = 2
export const FIN = 4
export const RST = 8

/** Bytes of a frame's header (yamux spec, "Framing"). */
export const HEADER_LENGTH = 12

export interface FrameHeader {
  type: number
  flags: number

  /** 0 is the session itself. */
  streamId: number

  /** Bytes that follow, window delta, ping value or code: by type. All 32 bits are used. */
  length: number
}

/** version 1 byte, type 1, flags 2, stream id 4, length 4; big endian. */
export function encodeHeader ({ type, flags, streamId, length }: FrameHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_LENGTH)
  bytes[1] = type
  bytes[3] = flags
  writeUint32(bytes, 4, streamId)
  writeUint32(bytes, 8, length)

  return bytes
}

/**
 * Reads the header at `offset`, where 12 bytes are.
 *
 * @throws {YamuxProtocolError} for another version, type or flag, and for a type that does not go with its stream id
 */
export function decodeHeader (bytes: Uint8Array, offset: number): FrameHeader {
  const version = bytes[offset]
  const type = bytes[offset + 1] ?? 0
  const flags = ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0)
  const streamId = readUint32(bytes, offset + 4)

  if (version !== 0) {
    throw new YamuxProtocolError(`frame of version ${version}`)
  }

  if (type > GO_AWAY) {
    throw new YamuxProtocolError(`frame of type ${type}`)
  }

  if (flags > (SYN | ACK | FIN | RST)) {
    throw new YamuxProtocolError(`frame with flags ${flags}`)
  }

  // pings and go-aways are of the session, all else is of a stream
  if ((type >= PING) !== (streamId === 0)) {
    throw new YamuxProtocolError(`frame of type ${type} for stream ${streamId}`)
  }

  return { type, flags, streamId, length: readUint32(bytes, offset + 8) }
}

function readUint32 (bytes: Uint8Array, offset: number): number {
  return (((bytes[offset] ?? 0) << 24) | ((bytes[offset + 1] ?? 0) << 16) | ((bytes[offset + 2] ?? 0) << 8) | (bytes[offset + 3] ?? 0)) >>> 0
}

function writeUint32 (bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value >>> 24
  bytes[offset + 1] = value >>> 16
  bytes[offset + 2] = value >>> 8
  bytes[offset + 3] = value
}
