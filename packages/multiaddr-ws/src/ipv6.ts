import { isIPv4 } from './ip.ts'

const DOT = 46
const ZERO = 48
const COLON = 58
const WORDS = 8

/** Six words of four digits and an IPv4 address of fifteen characters. */
const MAX_LENGTH = 45

/** Where the words of the address at hand are. Nothing in this file waits, so one is enough. */
const words = new Uint16Array(WORDS)

/**
 * An IPv6 literal, without brackets and zone, as the URL standard writes it:
 * RFC 5952 but for IPv4-mapped addresses, which stay hexadecimal. Undefined
 * where the text is none.
 */
export function canonicalIPv6 (text: string): string | undefined {
  if (text.length < 2 || text.length > MAX_LENGTH || !parse(text)) {
    return
  }

  return format()
}

/** Reads the text into `words`. Source: RFC 4291 section 2.2. */
function parse (text: string): boolean {
  let at = 0
  let count = 0
  let zerosAt = -1

  if (text.charCodeAt(0) === COLON && text.charCodeAt(at++) !== text.charCodeAt(at)) {
    return false
  }

  // Before each turn, `at` is behind a colon or at the start.
  while (at < text.length) {
    if (count === WORDS) {
      return false
    }

    if (text.charCodeAt(at) === COLON) {
      if (zerosAt !== -1) {
        return false
      }

      zerosAt = count
      at++
      continue
    }

    const start = at
    at = readWord(text, at, count)

    if (text.charCodeAt(at) === DOT) {
      return count <= WORDS - 2 && readIPv4(text, start, count) && spread(zerosAt, count + 2)
    }

    // A word has a digit, and what follows its colon is a word or a second colon.
    if (at === start || (at < text.length && (text.charCodeAt(at++) !== COLON || at === text.length))) {
      return false
    }

    count++
  }

  return spread(zerosAt, count)
}

/** Returns where the word ends. */
function readWord (text: string, start: number, index: number): number {
  let at = start
  let word = 0

  for (let digit = hexDigit(text.charCodeAt(at)); digit !== -1 && at - start < 4; digit = hexDigit(text.charCodeAt(++at))) {
    word = word * 16 + digit
  }

  words[index] = word

  return at
}

function readIPv4 (text: string, start: number, index: number): boolean {
  if (!isIPv4(text, start)) {
    return false
  }

  const [a = 0, b = 0, c = 0, d = 0] = text.slice(start).split('.').map(Number)
  words[index] = a * 256 + b
  words[index + 1] = c * 256 + d

  return true
}

/** Puts the zeros in that `::` stands for, at least one word. */
function spread (zerosAt: number, count: number): boolean {
  if (zerosAt === -1 || count === WORDS) {
    return zerosAt === -1 && count === WORDS
  }

  const zeros = WORDS - count
  words.copyWithin(zerosAt + zeros, zerosAt, count)
  words.fill(0, zerosAt, zerosAt + zeros)

  return true
}

function hexDigit (code: number): number {
  if (code >= ZERO && code <= 57) {
    return code - ZERO
  }

  // This bit sets a small letter apart from a capital one.
  const letter = code | 32

  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** Source: RFC 5952 section 4. */
function format (): string {
  const [start, length] = longestZeroRun()
  let text = ''

  for (let i = 0; i < WORDS; i++) {
    if (i === start) {
      text += '::'
      i += length - 1
    } else {
      text += `${i === 0 || i === start + length ? '' : ':'}${words[i]?.toString(16)}`
    }
  }

  return text
}

/** Start and length of the first of the longest runs of at least two zero words. */
function longestZeroRun (): [start: number, length: number] {
  let start = -WORDS
  let longest = 1
  let length = 0

  for (let i = 0; i < WORDS; i++) {
    length = words[i] === 0 ? length + 1 : 0

    if (length > longest) {
      longest = length
      start = i - length + 1
    }
  }

  return [start, longest]
}
