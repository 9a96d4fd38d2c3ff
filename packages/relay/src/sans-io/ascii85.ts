/**
 * Ascii85 as Adobe's btoa and Go's `encoding/ascii85` write it: '!' to 'u', a
 * 'z' for four zero bytes, no `<~ ~>` around it.
 */
const FIRST = 33 // '!'
const LAST = 117 // 'u'
const ZEROS = 122 // 'z'

/** A full group of four bytes; the last group of a text may have fewer. */
const GROUP_BYTES = 4
const GROUP_CHARS = 5

export function encodeAscii85 (bytes: Uint8Array): string {
  let text = ''

  for (let start = 0; start < bytes.length; start += GROUP_BYTES) {
    const length = Math.min(GROUP_BYTES, bytes.length - start)
    let value = 0

    for (let i = 0; i < GROUP_BYTES; i++) {
      value = value * 256 + (bytes[start + i] ?? 0)
    }

    if (value === 0 && length === GROUP_BYTES) {
      text += 'z'
      continue
    }

    let group = ''

    for (let i = 0; i < GROUP_CHARS; i++) {
      group = String.fromCharCode(FIRST + value % 85) + group
      value = Math.floor(value / 85)
    }

    text += group.slice(0, length + 1)
  }

  return text
}

/**
 * Skips white space and control characters, as Go does.
 *
 * @throws {SyntaxError} when a character is not of the alphabet, a group's
 * value does not fit 32 bits, or the last group has a single character
 */
export function decodeAscii85 (text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  let group: number[] = []

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)

    if (code <= 32) {
      continue
    }

    if (code === ZEROS && group.length === 0) {
      bytes.push(0, 0, 0, 0)
      continue
    }

    if (code < FIRST || code > LAST) {
      throw new SyntaxError(`illegal ascii85 data at input byte ${i}`)
    }

    group.push(code - FIRST)

    if (group.length === GROUP_CHARS) {
      bytes.push(...groupBytes(group))
      group = []
    }
  }

  if (group.length > 0) {
    bytes.push(...lastGroupBytes(group))
  }

  return Uint8Array.from(bytes)
}

function groupBytes (digits: number[]): number[] {
  const value = digits.reduce((sum, digit) => sum * 85 + digit, 0)

  if (value > 0xffffffff) {
    throw new SyntaxError('ascii85 group does not fit 32 bits')
  }

  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff]
}

function lastGroupBytes (digits: number[]): number[] {
  if (digits.length === 1) {
    throw new SyntaxError('ascii85 data ends with a single character')
  }

  // Cut off digits are read as the highest one, so that rounding goes up.
  const padded = digits.concat(Array<number>(GROUP_CHARS - digits.length).fill(84))

  return groupBytes(padded).slice(0, digits.length - 1)
}
