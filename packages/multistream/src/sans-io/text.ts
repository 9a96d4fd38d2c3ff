/** UTF-8; protocol ids are ASCII nearly always. */
export function encodeText (text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)

  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)

    if (code > 127) {
      return encodeUtf8(text)
    }

    bytes[i] = code
  }

  return bytes
}

/** What is no UTF-8 comes out as something that matches no protocol. */
export function decodeText (bytes: Uint8Array): string {
  // a typed array is as good as the array that the type wants, and three times as fast as spreading it
  return isAscii(bytes) ? String.fromCharCode.apply(undefined, bytes as unknown as number[]) : decodeUtf8(bytes)
}

function isAscii (bytes: Uint8Array): boolean {
  for (const byte of bytes) {
    if (byte > 127) {
      return false
    }
  }

  return true
}

/** There is no TextEncoder here, but the language percent-encodes UTF-8. */
function encodeUtf8 (text: string): Uint8Array {
  const encoded = encodeURIComponent(text.toWellFormed())
  const characters = encoded.match(/%..|[^%]/g) ?? []

  return Uint8Array.from(characters, character => character.length === 1 ? character.charCodeAt(0) : Number.parseInt(character.slice(1), 16))
}

function decodeUtf8 (bytes: Uint8Array): string {
  try {
    return decodeURIComponent(Array.from(bytes, byte => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  } catch {
    return '\ufffd'
  }
}
