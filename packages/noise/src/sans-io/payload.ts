import { NoiseError } from './errors.ts'
import { concat } from './symmetric-state.ts'

/** What each end says of itself in the handshake (libp2p spec, noise: `NoiseHandshakePayload`). */
export interface HandshakePayload {
  /** Protobuf of the libp2p public key. */
  identityKey: Uint8Array

  /** Of `noise-libp2p-static-key:` and the noise static key. */
  identitySig: Uint8Array

  /** Muxers in order of preference; empty: none were offered early. */
  streamMuxers: string[]
}

// NoiseHandshakePayload { bytes identity_key = 1; bytes identity_sig = 2; NoiseExtensions extensions = 4 }
// NoiseExtensions { repeated bytes webtransport_certhashes = 1; repeated string stream_muxers = 2 }
const IDENTITY_KEY = 1
const IDENTITY_SIG = 2
const EXTENSIONS = 4
const STREAM_MUXERS = 2

export function encodePayload ({ identityKey, identitySig, streamMuxers }: HandshakePayload): Uint8Array {
  const extensions = streamMuxers.flatMap(muxer => field(STREAM_MUXERS, encodeAscii(muxer)))

  return concat([
    ...field(IDENTITY_KEY, identityKey),
    ...field(IDENTITY_SIG, identitySig),
    ...streamMuxers.length > 0 ? field(EXTENSIONS, concat(extensions)) : []
  ])
}

/** @throws {NoiseError} `ERR_NOISE_PAYLOAD` for bytes that are not such a payload; fields that we do not know are passed over */
export function decodePayload (bytes: Uint8Array): HandshakePayload {
  const payload: HandshakePayload = { identityKey: new Uint8Array(), identitySig: new Uint8Array(), streamMuxers: [] }

  for (const { number, value } of fields(bytes)) {
    if (number === IDENTITY_KEY) {
      payload.identityKey = value
    } else if (number === IDENTITY_SIG) {
      payload.identitySig = value
    } else if (number === EXTENSIONS) {
      payload.streamMuxers = [...fields(value)].filter(({ number }) => number === STREAM_MUXERS).map(({ value }) => decodeAscii(value))
    }
  }

  return payload
}

/** Protobuf, wire type 2: tag, length, bytes. */
function field (number: number, value: Uint8Array): Uint8Array[] {
  return [Uint8Array.of(number << 3 | 2), varint(value.byteLength), value]
}

function varint (value: number): Uint8Array {
  const bytes: number[] = []

  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) {
      bytes.push(left)
      return Uint8Array.from(bytes)
    }

    bytes.push(left % 128 + 128)
  }
}

function * fields (bytes: Uint8Array): Generator<{ number: number, value: Uint8Array }> {
  let offset = 0
  const readVarint = (): number => {
    let value = 0

    // lengths and tags of a message of 64 KiB fit in five bytes
    for (let shift = 0; shift < 5; shift++) {
      const byte = bytes[offset++]

      if (byte == null) {
        break
      }

      value += (byte & 0x7f) * 128 ** shift

      if (byte < 128) {
        return value
      }
    }

    throw malformed()
  }

  const skip = (length: number): Uint8Array => {
    if (length > bytes.byteLength - offset) {
      throw malformed()
    }

    offset += length

    return bytes.subarray(offset - length, offset)
  }

  while (offset < bytes.byteLength) {
    const tag = readVarint()
    const number = Math.floor(tag / 8)

    switch (tag % 8) {
      case 0: readVarint(); break
      case 1: skip(8); break
      case 2: yield { number, value: skip(readVarint()) }; break
      case 5: skip(4); break
      default: throw malformed()
    }
  }
}

function malformed (): NoiseError {
  return new NoiseError('ERR_NOISE_PAYLOAD', 'the handshake payload is malformed')
}

/** Protocol ids are ASCII; what is not comes out as something that matches nothing. */
function decodeAscii (bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function encodeAscii (text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0))
}
