import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { SMALL } from '../src/crypto/small-cipher.ts'
import { PROVIDERS } from './key-pairs.ts'
import type { NoiseCrypto } from '../src/sans-io/index.ts'

const [node, noble] = PROVIDERS.map(({ crypto }) => crypto) as [NoiseCrypto, NoiseCrypto]
const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })

/** Lengths about where node:crypto takes over, and where pieces are no longer joined. */
const plaintext = fc.oneof(fc.nat(4), fc.integer({ min: SMALL - 2, max: SMALL + 2 }), fc.nat(3_000)).chain(bytes)
const associated = fc.oneof(bytes(0), bytes(32))

function cut (data: Uint8Array, at: number[]): Uint8Array[] {
  const ends = [...at.map(end => end % (data.byteLength + 1)).sort((a, b) => a - b), data.byteLength]

  return ends.map((end, i) => data.subarray(ends[i - 1] ?? 0, end))
}

describe('the ciphers of both providers', () => {
  it('give the same bytes, and read what the other wrote, however it is cut', () => {
    fc.assert(fc.property(bytes(32), bytes(12), associated, plaintext, fc.array(fc.nat(), { maxLength: 4 }), (key, nonce, ad, plain, at) => {
      const ours = Buffer.concat(node.encrypt(node.importKey(key), nonce, ad, cut(plain, at)))
      const theirs = Buffer.concat(noble.encrypt(noble.importKey(key), nonce, ad, [plain]))

      expect(Buffer.compare(ours, theirs)).to.equal(0)
      expect(Buffer.compare(Buffer.concat(node.decrypt(node.importKey(key), nonce, ad, cut(theirs, at)) ?? []), plain)).to.equal(0)
    }), { numRuns: 300 })
  })

  it('refuse every change of a byte, in the text and in the tag', () => {
    fc.assert(fc.property(bytes(32), bytes(12), associated, plaintext, fc.nat(), fc.integer({ min: 1, max: 255 }), (key, nonce, ad, plain, at, change) => {
      const sealed = Buffer.concat(node.encrypt(node.importKey(key), nonce, ad, [plain]))
      const index = at % sealed.byteLength
      sealed[index] = (sealed[index] ?? 0) ^ change

      expect(node.decrypt(node.importKey(key), nonce, ad, [sealed])).to.equal(undefined)
    }), { numRuns: 500 })
  })

  it('refuse each changed byte of a tag, the last one too', () => {
    const key = node.importKey(new Uint8Array(32))
    const sealed = Buffer.concat(node.encrypt(key, new Uint8Array(12), new Uint8Array(), [Uint8Array.of(1)]))

    for (let i = 1; i < sealed.byteLength; i++) {
      const changed = Uint8Array.from(sealed, (byte, at) => at === i ? byte ^ 1 : byte)
      expect(node.decrypt(key, new Uint8Array(12), new Uint8Array(), [changed])).to.equal(undefined)
    }
  })
})
