import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { decodeAscii85, encodeAscii85 } from '../../src/sans-io/index.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('ascii85', () => {
  // Made with Go 1.26's encoding/ascii85.
  const vectors: Array<[string, Uint8Array]> = [
    ['', text('')],
    ['@/', text('a')],
    ['@:B', text('ab')],
    ['@:E^', text('abc')],
    ['@:E_W', text('abcd')],
    ['z', new Uint8Array(4)],
    ['!!!!', new Uint8Array(3)],
    ['z!!', new Uint8Array(5)],
    ['s8W-!', Uint8Array.of(255, 255, 255, 255)],
    ['s8W*', Uint8Array.of(255, 255, 255)],
    ['HQmE?ATC@1,!$o&1.3okDf8]$/0\\M5A9)`83a3d]BlGm^0et[?0J5%30e[WYE%a%&0JObWI/', text('{"peerID":"12D3KooW","addrs":["/ip4/127.0.0.1/tcp/4101"]}')]
  ]

  for (const [encoded, bytes] of vectors) {
    it(`writes and reads "${encoded}"`, () => {
      expect(encodeAscii85(bytes)).to.equal(encoded)
      expect(decodeAscii85(encoded)).to.deep.equal(bytes)
    })
  }

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), bytes => {
      expect(decodeAscii85(encodeAscii85(bytes))).to.deep.equal(bytes)
    }))
  })

  it('skips white space and control characters', () => {
    expect(decodeAscii85(' @:\r\n E_\tW\0')).to.deep.equal(text('abcd'))
  })

  for (const [what, encoded] of [
    ['a character behind u', '@:E_v'],
    ['a character outside ASCII', '@:E_é'],
    ['z inside a group', '@z'],
    ['a last group of one character', '@:E_W@'],
    ['a group above 32 bits', 's8W-"'],
    ['the marks of Adobe', '<~@:E_W~>']
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => decodeAscii85(encoded)).to.throw(SyntaxError)
    })
  }

  it('takes or refuses any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), encoded => {
      try {
        decodeAscii85(encoded)
      } catch (err) {
        expect(err).to.be.an.instanceOf(SyntaxError)
      }
    }))
  })
})
