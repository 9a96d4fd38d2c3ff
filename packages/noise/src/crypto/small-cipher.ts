import { newInstance } from '@chainsafe/as-chacha20poly1305'
import { KEY_LENGTH, TAG_LENGTH } from '../sans-io/crypto.ts'

/**
 * Bytes up to which WebAssembly is faster than a cipher object of OpenSSL, which
 * costs 4 µs before its first byte: 1.3 to 3.7 at 1 byte, the same at about 400.
 */
export const SMALL = 256

const NONCE_LENGTH = 12

const wasm = newInstance()
const key = at(wasm.cpKey, KEY_LENGTH)
const nonce = at(wasm.cpNonce, NONCE_LENGTH)
const associated = at(wasm.cpAssociatedData, KEY_LENGTH)
const input = at(wasm.cpInput, SMALL + TAG_LENGTH)
const output = at(wasm.chacha20Output, SMALL)
const tag = at(wasm.poly1305Output, TAG_LENGTH)

/**
 * Gives ciphertext and tag.
 *
 * @param cipherKey - 32 bytes
 * @param cipherNonce - 12 bytes
 * @param ad - at most 32 bytes
 * @param pieces - at most `SMALL` bytes together
 */
export function sealSmall (cipherKey: Uint8Array, cipherNonce: Uint8Array, ad: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array {
  const length = begin(cipherKey, cipherNonce, ad, pieces)
  wasm.sealUpdate(true, true, length, length, ad.byteLength)
  const sealed = new Uint8Array(length + TAG_LENGTH)
  sealed.set(output.subarray(0, length))
  sealed.set(tag, length)

  return sealed
}

/**
 * Gives the plaintext; undefined when it was tampered with.
 *
 * @param cipherKey - 32 bytes
 * @param cipherNonce - 12 bytes
 * @param ad - at most 32 bytes
 * @param pieces - ciphertext and tag: at least 16, at most `SMALL` and 16 bytes together
 */
export function openSmall (cipherKey: Uint8Array, cipherNonce: Uint8Array, ad: Uint8Array, pieces: readonly Uint8Array[]): Uint8Array | undefined {
  const length = begin(cipherKey, cipherNonce, ad, pieces) - TAG_LENGTH
  wasm.openUpdate(true, true, length, length, ad.byteLength)

  return isTag(length) ? output.slice(0, length) : undefined
}

function begin (cipherKey: Uint8Array, cipherNonce: Uint8Array, ad: Uint8Array, pieces: readonly Uint8Array[]): number {
  key.set(cipherKey)
  nonce.set(cipherNonce)
  associated.set(ad)
  let length = 0

  for (const piece of pieces) {
    input.set(piece, length)
    length += piece.byteLength
  }

  return length
}

/** In constant time, which the library's own comparison is not. */
function isTag (offset: number): boolean {
  let difference = 0

  for (let i = 0; i < TAG_LENGTH; i++) {
    difference |= (input[offset + i] ?? 0) ^ (tag[i] ?? 0)
  }

  return difference === 0
}

function at ({ value }: { value: number }, length: number): Uint8Array {
  return new Uint8Array(wasm.memory.buffer, value, length)
}
