/** The error that a call ends in; fails where it returns. */
export function thrownBy (call: () => unknown): Error {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) {
      return error
    }

    throw new TypeError(`threw ${String(error)}, which is no Error`)
  }

  throw new TypeError('nothing was thrown')
}

export function toHex (bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

export function fromHex (hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], byte => parseInt(byte, 16))
}
