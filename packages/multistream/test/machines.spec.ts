import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { DialerNegotiation, encodeMessages, HEADER, ListenerNegotiation, MAX_MESSAGE, MAX_PROPOSALS, MessageReader } from '../src/sans-io/index.ts'
import type { Negotiation } from '../src/sans-io/index.ts'

const ASCII = new TextEncoder()

function bytes (...lines: string[]): Uint8Array {
  return encodeMessages(lines)
}

/** What came of `input` in pieces that end at `cuts`. */
function run (negotiation: Negotiation, input: Uint8Array, cuts: number[] = []): { sent: string, protocol: string | undefined, rest: string | undefined, error: string | undefined } {
  const ends = [...cuts.map(cut => cut % (input.byteLength + 1)).sort((a, b) => a - b), input.byteLength]
  const sent: Uint8Array[] = []
  const rest: Uint8Array[] = []
  let over = false
  let error: string | undefined
  let start = 0
  const transmit = (): void => {
    for (let piece = negotiation.pollTransmit(); piece !== undefined; piece = negotiation.pollTransmit()) {
      sent.push(piece)
    }
  }
  transmit()

  for (const end of ends) {
    const piece = input.slice(start, end)
    start = end

    if (over) {
      rest.push(piece)
      continue
    }

    try {
      const behind = negotiation.handleData(piece)

      if (behind !== undefined) {
        over = true
        rest.push(behind)
      }
    } catch (err: any) {
      error = err.code
      transmit()
      break
    }

    transmit()
  }

  return {
    sent: Buffer.concat(sent).toString('latin1'),
    protocol: negotiation.protocol,
    rest: over ? Buffer.concat(rest).toString('latin1') : undefined,
    error
  }
}

const makers: Record<string, () => Negotiation> = {
  dialer: () => new DialerNegotiation(['/a', '/b']),
  listener: () => new ListenerNegotiation(protocol => protocol === '/b')
}

describe('messages of multistream-select', () => {
  it('have the bytes of the spec', () => {
    expect(Buffer.from(bytes(HEADER, '/noise')).toString('latin1')).to.equal('\x13/multistream/1.0.0\n\x07/noise\n')
  })

  it('are read as they were written, however they are cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 200 })

    fc.assert(fc.property(fc.array(line), fc.array(fc.nat()), (lines, cuts) => {
      const input = bytes(...lines)
      const reader = new MessageReader()
      const read: string[] = []
      let start = 0

      for (const end of [...cuts.map(cut => cut % (input.byteLength + 1)).sort((a, b) => a - b), input.byteLength]) {
        reader.push(input.slice(start, end))
        start = end

        for (let message = reader.next(); message !== undefined; message = reader.next()) {
          read.push(message)
        }
      }

      expect(read).to.deep.equal(lines.map(text => text.toWellFormed()))
      expect(reader.rest()).to.have.lengthOf(0)
    }))
  })

  for (const [what, input, code] of [
    ['of more than 1,024 bytes', Uint8Array.of(0x81, 0x08), 'ERR_MULTISTREAM_LENGTH'],
    ['with a length of three bytes', Uint8Array.of(0x81, 0x80, 0x01), 'ERR_MULTISTREAM_LENGTH'],
    ['with a length that is longer than need be', Uint8Array.of(0x83, 0x00, 0x61, 0x62, 0x0a), 'ERR_MULTISTREAM_LENGTH'],
    ['of no byte', Uint8Array.of(0), 'ERR_MULTISTREAM_MESSAGE'],
    ['without a newline', Uint8Array.of(2, 0x61, 0x62), 'ERR_MULTISTREAM_MESSAGE']
  ] as const) {
    it(`${what} are refused`, () => {
      const reader = new MessageReader()
      reader.push(input)
      expect(() => reader.next()).to.throw().with.property('code', code)
    })
  }

  it('of 1,024 bytes are read and written, longer ones are not written', () => {
    const longest = 'x'.repeat(MAX_MESSAGE - 1)
    const reader = new MessageReader()
    reader.push(bytes(longest))
    expect(reader.next()).to.equal(longest)
    expect(() => bytes(`${longest}x`)).to.throw().with.property('code', 'ERR_MULTISTREAM_LENGTH')
  })

  it('that are no UTF-8 match nothing', () => {
    const reader = new MessageReader()
    reader.push(Uint8Array.of(2, 0xe9, 0x0a))
    expect(reader.next()).to.equal('\ufffd')
  })
})

describe('the dialer', () => {
  it('sends the header with its first proposal, and the next where the answer is na', () => {
    expect(run(new DialerNegotiation(['/a', '/b']), Buffer.concat([bytes(HEADER, 'na', '/b'), ASCII.encode('data')]))).to.deep.equal({
      sent: Buffer.from(bytes(HEADER, '/a', '/b')).toString('latin1'), protocol: '/b', rest: 'data', error: undefined
    })
  })

  it('proposes everything once, then gives up', () => {
    const result = run(new DialerNegotiation(['/a', '/b']), bytes(HEADER, 'na', 'na', 'na'))
    expect(result).to.have.property('error', 'ERR_MULTISTREAM_REFUSED')
    expect(result.sent).to.equal(Buffer.from(bytes(HEADER, '/a', '/b')).toString('latin1'))
  })

  it('refuses an answer to something else, and another header', () => {
    expect(run(new DialerNegotiation(['/a', '/b']), bytes(HEADER, '/b'))).to.have.property('error', 'ERR_MULTISTREAM_MESSAGE')
    expect(run(new DialerNegotiation(['/a']), bytes('/multistream/2.0.0'))).to.have.property('error', 'ERR_MULTISTREAM_MESSAGE')
    expect(run(new DialerNegotiation(['/a']), bytes('na'))).to.have.property('error', 'ERR_MULTISTREAM_MESSAGE')
  })

  it('has something to propose', () => {
    expect(() => new DialerNegotiation([])).to.throw(RangeError)
  })
})

describe('the listener', () => {
  it('answers na, also to ls, until it is asked for what it speaks', () => {
    expect(run(makers.listener?.() as Negotiation, Buffer.concat([bytes(HEADER, 'ls', '/a', '/b'), ASCII.encode('data')]))).to.deep.equal({
      sent: Buffer.from(bytes(HEADER, 'na', 'na', '/b')).toString('latin1'), protocol: '/b', rest: 'data', error: undefined
    })
  })

  it('wants the header first', () => {
    expect(run(makers.listener?.() as Negotiation, bytes('/b'))).to.deep.equal({ sent: '', protocol: undefined, rest: undefined, error: 'ERR_MULTISTREAM_MESSAGE' })
  })

  it('does not answer for ever', () => {
    const proposals = Array.from({ length: MAX_PROPOSALS + 1 }, (_, i) => `/${i}`)
    expect(run(makers.listener?.() as Negotiation, bytes(HEADER, ...proposals))).to.have.property('error', 'ERR_MULTISTREAM_PROPOSALS')
    expect(run(makers.listener?.() as Negotiation, bytes(HEADER, ...proposals.slice(2), '/b'))).to.have.property('protocol', '/b')
  })
})

for (const [name, make] of Object.entries(makers)) {
  describe(`the ${name}, with any bytes`, () => {
    const line = fc.constantFrom(HEADER, '/a', '/b', 'na', 'ls', '/c')
    const dialogue = fc.tuple(fc.array(line, { maxLength: 8 }), fc.uint8Array({ maxLength: 40 })).map(([lines, tail]) => Buffer.concat([bytes(...lines), tail]))

    it('comes to the same end, however they are cut', () => {
      fc.assert(fc.property(dialogue, fc.array(fc.nat()), (input, cuts) => {
        expect(run(make(), input, cuts)).to.deep.equal(run(make(), input))
      }), { numRuns: 1_000 })
    })

    it('ends, waits or refuses, and loses no byte', () => {
      fc.assert(fc.property(fc.oneof(dialogue, fc.uint8Array({ maxLength: 3_000 })), fc.array(fc.nat()), (input, cuts) => {
        const { error, rest, protocol } = run(make(), input, cuts)
        expect(error === undefined || error.startsWith('ERR_MULTISTREAM_')).to.equal(true)
        expect(rest === undefined).to.equal(protocol === undefined)
        expect(Buffer.from(input).toString('latin1').endsWith(rest ?? '')).to.equal(true)
      }), { numRuns: 1_000 })
    })
  })
}
