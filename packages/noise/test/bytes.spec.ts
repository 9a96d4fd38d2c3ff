import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { decodePayload, encodePayload, RecordReader, recordHeader } from '../src/sans-io/index.ts'

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
        read.push(...reader.read(piece).map(pieces => Buffer.concat(pieces).toString('hex')))
      }

      expect(read).to.deep.equal(records.map(record => Buffer.from(record).toString('hex')))
    }))
  })

  it('that cannot hold a tag are refused', () => {
    expect(() => new RecordReader(16).read(Uint8Array.of(0, 15))).to.throw().with.property('code', 'ERR_NOISE_LENGTH')
    expect(() => new RecordReader(16).read(Uint8Array.of(0, 0))).to.throw().with.property('code', 'ERR_NOISE_LENGTH')
  })
})
