const MAX_PORT = 65_535

/** A decimal without sign, spaces and leading zeros; -1 where the text is none or is above 65535. */
export function parsePort (text: string): number {
  const length = text.length

  if (length === 0 || length > 5 || (length > 1 && text.startsWith('0'))) {
    return -1
  }

  let port = 0

  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48

    if (digit < 0 || digit > 9) {
      return -1
    }

    port = port * 10 + digit
  }

  return port <= MAX_PORT ? port : -1
}

export function isPort (value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_PORT
}
