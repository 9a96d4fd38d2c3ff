/**
 * UTF-8 in and out. Every JavaScript runtime has these two; the typings keep
 * them in the DOM library, which would bring sockets and timers along.
 */
declare class TextEncoder {
  encode (input: string): Uint8Array<ArrayBuffer>
}

declare class TextDecoder {
  constructor (encoding: 'utf-8', options: { fatal: boolean, ignoreBOM: boolean })
  decode (input: Uint8Array): string
}
