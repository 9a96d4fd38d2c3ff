import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { applyMask, BINARY, CONTINUATION, FrameParser, FrameWriter, join, PING, TEXT } from '../src/sans-io/index.ts'
import { Utf8Validator } from '../src/sans-io/utf8-validator.ts'
import { frame } from './fixtures/raw-web-socket.ts'
import type { FrameOutput } from '../src/sans-io/index.ts'

const MAX_PAYLOAD = 1024 * 1024

/** Cuts `bytes` at these places, each piece with memory of its own. */
function cut (bytes: Uint8Array, places: number[]): Uint8Array[] {
  const sorted = [0, ...places.map(place => place % (bytes.byteLength + 1)).sort((a, b) => a - b), bytes.byteLength]

  return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end))
}

/** What a parser makes of `chunks`; neighbouring payload as one. */
function parse (parser: FrameParser, chunks: Uint8Array[]): FrameOutput[] {
  const outputs: FrameOutput[] = []

  for (const chunk of chunks) {
    parser.handleData(chunk)

    for (let output = parser.pollOutput(); output !== undefined; output = parser.pollOutput()) {
      const last = outputs.at(-1)

      if (output.type === 'payload' && last?.type === 'payload') {
        last.bytes = join([last.bytes, output.bytes])
      } else {
        outputs.push(output)
      }
    }
  }

  return outputs
}

function payloadOf (outputs: FrameOutput[]): Uint8Array {
  return join(outputs.map(output => output.type === 'payload' ? output.bytes : expect.fail(`${output.type} and not payload`)))
}

describe('masking', () => {
  it('changes each byte by the byte of the mask, wherever the memory begins and whatever came before', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(15), fc.nat(0xffffffff), fc.nat(1000), (payload, offset, mask, phase) => {
      const memory = new Uint8Array(offset + payload.byteLength + 9).fill(0x55)
      const bytes = memory.subarray(offset, offset + payload.byteLength)
      bytes.set(payload)
      applyMask(bytes, mask, phase)
      const expected = payload.map((byte, index) => byte ^ (mask >>> (24 - 8 * ((phase + index) % 4))))
      expect(bytes).to.equalBytes(expected)
      expect(memory.subarray(offset + payload.byteLength)).to.equalBytes(new Uint8Array(9).fill(0x55))
      expect(memory.subarray(0, offset)).to.equalBytes(new Uint8Array(offset).fill(0x55))
    }), { numRuns: 2_000 })
  })
})

describe('what is written', () => {
  const sides = [
    { side: 'a client', mask: 0x01020304, masked: true },
    { side: 'a server', mask: undefined, masked: false }
  ]

  for (const { side, mask, masked } of sides) {
    const options = { nextMask: mask === undefined ? undefined : () => mask, shortBytes: 8 }

    it(`by ${side} is read again, however it is cut on the way`, () => {
      fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.array(fc.nat(1000)), fc.integer({ min: 1, max: 300 }), (pieces, places, maxFrameBytes) => {
        const expected = join(pieces).slice()
        const written = join(new FrameWriter({ ...options, maxFrameBytes }).encode(pieces.map(piece => piece.slice())))
        const outputs = parse(new FrameParser({ masked, maxPayload: MAX_PAYLOAD }), cut(written, places))
        expect(outputs.length === 0 ? new Uint8Array() : payloadOf(outputs)).to.equalBytes(expected)
      }))
    })

    it(`by ${side} is what RFC 6455 says, byte for byte`, () => {
      for (const length of [0, 1, 125, 126, 65_535, 65_536, 200_000]) {
        const payload = new Uint8Array(length).map((_, index) => index * 7)
        const written = join(new FrameWriter({ ...options, maxFrameBytes: MAX_PAYLOAD }).frame(BINARY, [payload.slice()]))
        expect(written).to.equalBytes(frame({ payload, masked }))
      }
    })
  }

  it('has messages of at most so many bytes, and keeps long pieces where they are', () => {
    const pieces = [new Uint8Array(10), new Uint8Array(300), new Uint8Array(3), new Uint8Array(4)]
    const written = new FrameWriter({ maxFrameBytes: 200, shortBytes: 16 }).encode(pieces)
    expect(written.map(({ byteLength }) => byteLength)).to.deep.equal([4 + 10, 190, 2, 110, 3 + 4])
    expect(written.filter(({ buffer }) => buffer === pieces[1]?.buffer)).to.have.length(2)
  })

  it('leaves short pieces as they were, and masks long ones in place', () => {
    const [short, long] = [new Uint8Array(4), new Uint8Array(100)]
    new FrameWriter({ nextMask: () => 0x01020304, maxFrameBytes: 1000, shortBytes: 16 }).encode([short, long])
    expect(short).to.equalBytes(new Uint8Array(4))
    expect(long.slice(0, 4)).to.equalBytes(Uint8Array.of(1, 2, 3, 4))
  })

  it('never shares memory with what was written before', () => {
    const writer = new FrameWriter({ maxFrameBytes: 1000, shortBytes: 1024 })
    const written = Array.from({ length: 500 }, (_, index) => ({ index, chunks: writer.encode([new Uint8Array(100).fill(index)]) }))

    for (const { index, chunks } of written) {
      expect(join(chunks).slice(2)).to.equalBytes(new Uint8Array(100).fill(index))
    }
  })
})

describe('reading', () => {
  it('passes payload on as views of what came in', () => {
    const chunk = new Uint8Array(frame({ masked: true, payload: new Uint8Array(100).fill(9) }))
    const parser = new FrameParser({ masked: true, maxPayload: MAX_PAYLOAD })
    parser.handleData(chunk)
    const output = parser.pollOutput()
    expect(output).to.have.property('type', 'payload')
    expect(output?.type === 'payload' && output.bytes.buffer === chunk.buffer).to.equal(true)
  })

  it('does not keep what came around a ping', () => {
    const chunk = new Uint8Array(frame({ opcode: PING, payload: Uint8Array.of(1, 2) }))
    const parser = new FrameParser({ masked: false, maxPayload: MAX_PAYLOAD })
    parser.handleData(chunk)
    const output = parser.pollOutput()
    expect(output?.type === 'ping' && output.payload.byteLength === 2 && output.payload.buffer !== chunk.buffer).to.equal(true)
  })

  it('says of any bytes at most one violation, as the last thing, the same however they are cut', () => {
    const arbitrary = fc.array(fc.oneof(
      fc.uint8Array({ maxLength: 20 }),
      fc.record({ fin: fc.boolean(), opcode: fc.constantFrom(0, 1, 2, 8, 9, 10), masked: fc.constant(true), payload: fc.uint8Array({ maxLength: 20 }) }).map(frame)
    ), { maxLength: 10 })

    fc.assert(fc.property(arbitrary, fc.array(fc.nat(1000)), (parts, places) => {
      const bytes = join([new Uint8Array(), ...parts])
      const parseCut = (places: number[]): FrameOutput[] => parse(new FrameParser({ masked: true, maxPayload: 200, boundaries: true }), cut(bytes, places))
      const whole = parseCut([])
      const final = whole.findIndex(({ type }) => type === 'violation' || type === 'close')
      expect(final === -1 || final === whole.length - 1).to.equal(true)
      expect(withoutPartialText(parseCut(places))).to.deep.equal(withoutPartialText(whole))
    }), { numRuns: 2_000 })
  })

  it('says where messages end, where it is asked to', () => {
    const parser = new FrameParser({ masked: false, maxPayload: MAX_PAYLOAD, boundaries: true })
    const bytes = join([
      frame({ opcode: TEXT, fin: false, payload: Uint8Array.of(65) }), frame({ opcode: CONTINUATION, payload: Uint8Array.of(66) }), frame({}), frame({ payload: Uint8Array.of(1) })
    ].map(part => new Uint8Array(part)))
    expect(parse(parser, [bytes])).to.deep.equal([
      { type: 'payload', bytes: Uint8Array.of(65, 66) },
      { type: 'end', opcode: TEXT },
      { type: 'end', opcode: BINARY },
      { type: 'payload', bytes: Uint8Array.of(1) },
      { type: 'end', opcode: BINARY }
    ])
  })

  it('refuses text at the first byte that no character can have, and not before', () => {
    const parser = new FrameParser({ masked: false, maxPayload: MAX_PAYLOAD })
    const head = frame({ opcode: TEXT, length: 100n, payload: Uint8Array.of(0xce, 0xba, 0xe1) })
    expect(parse(parser, [new Uint8Array(head)])).to.have.length(1)
    expect(parse(parser, [Uint8Array.of(0xbd)])).to.have.length(1)
    expect(parse(parser, [Uint8Array.of(0xff)])).to.deep.equal([{ type: 'violation', code: 1007, message: 'text that is not UTF-8' }])
  })
})

describe('UTF-8', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true })

  it('is told from other bytes as TextDecoder does', () => {
    const likely = fc.array(fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff), { maxLength: 6 }).map(bytes => Uint8Array.from(bytes))

    fc.assert(fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 6 }), fc.string({ unit: 'grapheme' }).map(text => new TextEncoder().encode(text))), fc.array(fc.nat(10)), (bytes, places) => {
      const validator = new Utf8Validator()
      const valid = cut(bytes, places).every(piece => validator.push(piece)) && validator.complete
      let expected = true

      try {
        decoder.decode(bytes)
      } catch {
        expected = false
      }

      expect(valid).to.equal(expected)
    }), { numRuns: 5_000 })
  })
})

/** Of a text that is refused, how much went up before depends on how it was cut. */
function withoutPartialText (outputs: FrameOutput[]): FrameOutput[] {
  const last = outputs.at(-1)

  return last?.type === 'violation' && last.code === 1007 && outputs.at(-2)?.type === 'payload' ? [...outputs.slice(0, -2), last] : outputs
}
