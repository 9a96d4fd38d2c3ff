import { TAG_LENGTH } from '../sans-io/crypto.ts'
import { concat } from '../sans-io/symmetric-state.ts'

/** The tag is the last 16 bytes, and may be cut. There are at least so many. */
export function splitTag (pieces: readonly Uint8Array[]): { ciphertext: Uint8Array[], tag: Uint8Array } {
  const ciphertext = [...pieces]
  const tag: Uint8Array[] = []
  let missing = TAG_LENGTH

  while (missing > 0) {
    const last = ciphertext.pop()

    if (last == null) {
      throw new RangeError('too short for a tag')
    }

    const cut = Math.max(0, last.byteLength - missing)
    tag.unshift(last.subarray(cut))
    missing -= last.byteLength - cut

    if (cut > 0) {
      ciphertext.push(last.subarray(0, cut))
    }
  }

  return { ciphertext, tag: concat(tag) }
}
