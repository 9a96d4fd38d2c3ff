import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { decodePayload, encodePayload, MAX_PLAINTEXT, RecordReader, recordHeader, splitPlaintext } from '../src/sans-io/index.ts'

describe('handshake payload', () => {
  it('has the bytes of the spec\'s protobuf', () => {
    const bytes = encodePayload({ identityKey: Uint8Array.of(1), identitySig: Uint8Array.of(2, 3), streamMuxers: ['/y', '/m'] })

    expect(Buffer.from(bytes).toString('hex')).to.equal('0a0101' + '12020203' + '2208' + '12022f79' + '12022f6d')
  })

  it('is read as it was written', () => {
    const ascii = fc.string({ unit: fc.integer({ min: 1, max: 127 }).map(code => String.fromCharCode(code)) })

    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ maxLength: 400 }), fc.array(ascii), (identityKey, identitySig, streamMuxers) => {
      const { streamMuxers: muxers, ...rest } = decodePayload(encodePayload({ identityKey, identitySig, streamMuxers }))
      expect(muxers).to.deep.equal(streamMuxers)
      expect(Object.values(rest).map(bytes => [...bytes])).to.deep.equal([[...identityKey], [...identitySig]])
    }))
  })

  it('passes over fields of every type that it does not know', () => {
    const unknown = Buffer.from('3801' + '398081828384858687' + '3d80818283' + '7a03616263', 'hex')
    const known = encodePayload({ identityKey: Uint8Array.of(1), identitySig: Uint8Array.of(2), streamMuxers: [] })

    expect([...decodePayload(Buffer.concat([unknown, known, unknown])).identityKey]).to.deep.equal([1])
  })

  it('refuses what is no protobuf, and survives any bytes', () => {
    for (const malformed of ['0a', '0a05', '0a050102', '0b', '0affffffffffffffff01', '39aabb', '3daa']) {
      expect(() => decodePayload(Buffer.from(malformed, 'hex')), malformed).to.throw().with.property('code', 'ERR_NOISE_PAYLOAD')
    }

    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      try {
        decodePayload(bytes)
      } catch (err) {
        expect(err).to.have.property('code', 'ERR_NOISE_PAYLOAD')
      }
    }), { numRuns: 2_000 })
  })
})

describe('records', () => {
  it('are read as they were written, however they are cut', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 600 })), fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (records, cuts) => {
      const bytes = Buffer.concat(records.flatMap(record => [recordHeader(record.byteLength), record]))
      const reader = new RecordReader(1)
      const read: string[] = []

      for (let offset = 0, i = 0; offset < bytes.length; i++) {
        const piece = bytes.subarray(offset, offset += cuts[i % cuts.length] ?? 1)
        reader.push(piece)

        for (let record = reader.next(); record !== undefined; record = reader.next()) {
          read.push(Buffer.concat(record).toString('hex'))
          expect(reader.midway).to.equal(false)
        }
      }

      expect(read).to.deep.equal(records.map(record => Buffer.from(record).toString('hex')))
    }))
  })

  it('that cannot hold a tag are refused', () => {
    for (const length of [0, 15]) {
      const reader = new RecordReader(16)
      reader.push(Uint8Array.of(0, length))
      expect(() => reader.next()).to.throw().with.property('code', 'ERR_NOISE_LENGTH')
    }
  })

  it('hold at most 65,519 bytes of plaintext, in views of what was written', () => {
    fc.assert(fc.property(fc.array(fc.nat(150_000), { maxLength: 4 }), lengths => {
      const pieces = lengths.map((length, i) => new Uint8Array(length).fill(i + 1))
      const records = splitPlaintext(pieces)
      const total = lengths.reduce((sum, length) => sum + length, 0)

      expect(records.map(({ length }) => length)).to.deep.equal(Array.from({ length: Math.ceil(total / MAX_PLAINTEXT) }, (_, i) => Math.min(MAX_PLAINTEXT, total - i * MAX_PLAINTEXT)))
      expect(Buffer.compare(Buffer.concat(records.flatMap(record => record.pieces)), Buffer.concat(pieces))).to.equal(0)
      expect(pieces.map(memoryOf)).to.include.members(records.flatMap(record => record.pieces).map(memoryOf))
    }), { numRuns: 50 })
  })
})

function memoryOf ({ buffer }: Uint8Array): ArrayBufferLike {
  return buffer
}
