const SEQUENCE = 0x30
const INTEGER = 0x02

/**
 * What WebCrypto gives, r and s of `size` bytes each, as the DER SEQUENCE of two
 * INTEGERs that libp2p wants (libp2p spec, peer-ids, "ECDSA"; RFC 3279 section 2.2.3).
 */
export function encodeSignature (signature: Uint8Array): Uint8Array {
  const size = signature.byteLength / 2
  const integers = [...encodeInteger(signature.subarray(0, size)), ...encodeInteger(signature.subarray(size))]

  // the longest, of P-521, has 138 bytes
  return Uint8Array.of(SEQUENCE, ...integers.length > 127 ? [0x81] : [], integers.length, ...integers)
}

/** The way back; undefined for what is not the one DER encoding of two positive numbers of at most `size` bytes. */
export function decodeSignature (der: Uint8Array, size: number): Uint8Array | undefined {
  const header = (der[1] ?? 0) === 0x81 ? 3 : 2
  const r = decodeInteger(der, header, size)
  const s = r == null ? undefined : decodeInteger(der, header + 2 + r.length, size)

  if (r == null || s == null) {
    return undefined
  }

  const signature = new Uint8Array(2 * size)
  signature.set(r.value, size - r.value.byteLength)
  signature.set(s.value, 2 * size - s.value.byteLength)

  // one value has one encoding: what is longer, padded or has something behind it is none
  return equal(encodeSignature(signature), der) ? signature : undefined
}

function encodeInteger (bytes: Uint8Array): number[] {
  const first = bytes.findIndex(byte => byte !== 0)
  const value = first === -1 ? [0] : [...bytes.subarray(first)]

  if ((value[0] ?? 0) > 127) {
    value.unshift(0)
  }

  return [INTEGER, value.length, ...value]
}

function decodeInteger (der: Uint8Array, offset: number, size: number): { value: Uint8Array, length: number } | undefined {
  const length = der[offset + 1] ?? 0
  const bytes = der.subarray(offset + 2, offset + 2 + length)
  const value = bytes[0] === 0 ? bytes.subarray(1) : bytes

  return der[offset] !== INTEGER || length === 0 || value.byteLength > size ? undefined : { value, length }
}

function equal (a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, i) => byte === b[i])
}
