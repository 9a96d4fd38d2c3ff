import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { join, joinShort, toMessages } from '../src/sans-io/index.ts'

const pieces = fc.array(fc.uint8Array({ maxLength: 20 }))

describe('messages', () => {
  it('have all bytes, in order, and none more than the limit', () => {
    fc.assert(fc.property(pieces, fc.integer({ min: 1, max: 30 }), (pieces, limit) => {
      const messages = toMessages(pieces, limit).map(join)
      expect(join(messages)).to.equalBytes(join(pieces))

      for (const [index, message] of messages.entries()) {
        expect(message.byteLength).to.be.within(index === messages.length - 1 ? 1 : limit, limit)
      }
    }))
  })

  it('do not copy pieces', () => {
    const [a, b] = [new Uint8Array(3), new Uint8Array(5)]
    const messages = toMessages([a, b], 6)
    expect(messages.flat().map(piece => piece.buffer)).to.deep.equal([a.buffer, b.buffer, b.buffer])
    expect(messages.map(message => message.map(piece => piece.byteLength))).to.deep.equal([[3, 3], [2]])
  })

  it('join short neighbours only', () => {
    fc.assert(fc.property(pieces, fc.nat(30), (pieces, limit) => {
      const joined = joinShort(pieces, limit)
      expect(join(joined)).to.equalBytes(join(pieces))
      expect(joined.filter(piece => piece.byteLength >= limit)).to.include.members(pieces.filter(piece => piece.byteLength >= limit))

      for (const [index, piece] of joined.entries()) {
        const isShort = (piece: Uint8Array | undefined): boolean => piece !== undefined && !(pieces as Uint8Array[]).includes(piece)
        expect(isShort(piece) && isShort(joined[index + 1])).to.equal(false)
      }
    }))
  })
})
