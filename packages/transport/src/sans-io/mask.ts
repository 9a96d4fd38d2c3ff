/** Below this, a view of words costs more than it saves. */
const SHORT_BYTES = 48

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/**
 * Masks or unmasks in place, RFC 6455 section 5.3, four bytes at a time where the
 * memory is aligned.
 *
 * @param bytes - of the payload
 * @param mask - its four bytes as a number, first byte highest
 * @param phase - how many bytes of the payload come before these
 */
export function applyMask (bytes: Uint8Array, mask: number, phase: number): void {
  const { byteLength } = bytes
  const unaligned = byteLength < SHORT_BYTES ? byteLength : -bytes.byteOffset & 3
  const words = (byteLength - unaligned) >>> 2
  const tail = unaligned + words * 4
  applyMaskByByte(bytes, mask, phase, 0, unaligned)

  if (words > 0) {
    const word = rotate(mask, phase + unaligned)
    applyMaskByWord(new Int32Array(bytes.buffer, bytes.byteOffset + unaligned, words), LITTLE_ENDIAN ? swap(word) : word)
  }

  applyMaskByByte(bytes, mask, phase, tail, byteLength)
}

function applyMaskByByte (bytes: Uint8Array, mask: number, phase: number, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    bytes[i]! ^= mask >>> 24 - 8 * (phase + i & 3)
  }
}

function applyMaskByWord (words: Int32Array, mask: number): void {
  const { length } = words

  for (let i = 0; i < length; i++) {
    words[i]! ^= mask
  }
}

/** The mask that begins with its byte `phase`. */
function rotate (mask: number, phase: number): number {
  const bits = 8 * (phase & 3)

  return mask << bits | mask >>> 32 - bits
}

function swap (word: number): number {
  return word << 24 | (word & 0xff00) << 8 | word >>> 8 & 0xff00 | word >>> 24
}
