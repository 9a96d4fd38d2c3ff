import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { MessageFormatError, parseClientMessage, serializeClientMessage } from '../../src/sans-io/index.ts'
import { bytes, id } from '../helpers/bytes.ts'
import type { ClientMessage } from '../../src/sans-io/index.ts'

const CONNECT = { type: 'connect', frames: true, connectOnly: false, relay: '', protocol: '/echo/1.0.0', peer: '12D3Koo' } as const
const LONG = `/${'p'.repeat(0x12e)}`

/** What zot/libp2p-websocket speaks, byte by byte. */
const codeForms: Array<[string, Uint8Array, ClientMessage]> = [
  ['Start without a key', bytes(0), { type: 'start', key: '' }],
  ['Start', bytes(0, 'CAES+/w='), { type: 'start', key: 'CAES+/w=' }],
  ['Start whose key begins with the lowest base64 character', bytes(0, '+AES'), { type: 'start', key: '+AES' }],
  ['Listen', bytes(1, 1, '/chat'), { type: 'listen', frames: true, protocol: '/chat' }],
  ['Listen without frames', bytes(1, 0, '/ü'), { type: 'listen', frames: false, protocol: '/ü' }],
  ['Stop', bytes(2, 0, '/chat'), { type: 'stop', retain: false, protocol: '/chat' }],
  ['Stop that keeps streams', bytes(2, 1, '/chat'), { type: 'stop', retain: true, protocol: '/chat' }],
  ['Close', bytes(3, ...id(0x0102)), { type: 'close', id: 0x0102n }],
  ['Data', bytes(4, ...id(7), 'abc'), { type: 'data', id: 7n, data: bytes('abc') }],
  ['Data of the highest ID', bytes(4, 255, 255, 255, 255, 255, 255, 255, 255, 0), { type: 'data', id: 0xffffffffffffffffn, data: bytes(0) }],
  ['Connect', bytes(5, 1, 0, 0, 11, '/echo/1.0.0', '12D3Koo'), CONNECT],
  ['Connect that makes no stream', bytes(5, 1, 1, 0, 11, '/echo/1.0.0', '12D3Koo'), { ...CONNECT, connectOnly: true }],
  ['Connect for a protocol of 303 bytes', bytes(5, 1, 0, 0x01, 0x2f, LONG, '12D3Koo'), { ...CONNECT, protocol: LONG }]
]

/** What the text of seed 002 says, where that differs. */
const seedForms: Array<[string, Uint8Array, ClientMessage]> = [
  ['Start', bytes(0, 0, 8, 'CAES+/w='), { type: 'start', key: 'CAES+/w=' }],
  ['Start without a key', bytes(0, 0, 0), { type: 'start', key: '' }],
  ['Stop', bytes(2, '/chat'), { type: 'stop', retain: false, protocol: '/chat' }],
  ['Connect without a relay', bytes(5, 1, 0, 11, '/echo/1.0.0', 0, 0, '12D3Koo'), CONNECT],
  ['Connect', bytes(5, 0, 0, 11, '/echo/1.0.0', 0, 4, 'QmRe', '12D3Koo'), { ...CONNECT, frames: false, relay: 'QmRe' }]
]

/** Name of the message in the error, and bytes that are not it. */
const malformed: Array<[string, string, Uint8Array]> = [
  ['', 'nothing', bytes()],
  ['', 'an unknown type', bytes(6, 1, 2)],
  ['', 'the highest type', bytes(255)],
  ['cmsgStart', 'a key length past the end', bytes(0, 0, 9, 'CAES')],
  ['cmsgStart', 'bytes behind the key', bytes(0, 0, 2, 'CAES')],
  ['cmsgStart', 'half a key length', bytes(0, 0)],
  ['cmsgStart', 'a key that is not UTF-8', bytes(0, 0x80, 0x80)],
  ['cmsgListen', 'no field', bytes(1)],
  ['cmsgListen', 'no PROTOCOL', bytes(1, 1)],
  ['cmsgListen', 'a PROTOCOL that is not UTF-8', bytes(1, 1, 0xff)],
  ['cmsgStop', 'no field', bytes(2)],
  ['cmsgStop', 'no PROTOCOL', bytes(2, 0)],
  ['cmsgClose', 'no ID', bytes(3)],
  ['cmsgClose', 'an ID of 7 bytes', bytes(3, 0, 0, 0, 0, 0, 0, 0)],
  ['cmsgClose', 'an ID of 9 bytes', bytes(3, ...id(1), 0)],
  ['cmsgData', 'no ID', bytes(4)],
  ['cmsgData', 'half an ID', bytes(4, 0, 0, 0)],
  ['cmsgData', 'no data', bytes(4, ...id(1))],
  ['cmsgConnect', 'no field', bytes(5)],
  ['cmsgConnect', 'no PROTOCOL', bytes(5, 1, 0, 0, 0, '12D3')],
  ['cmsgConnect', 'no PEERID', bytes(5, 1, 0, 0, 2, '/p')],
  ['cmsgConnect', 'a PROTOCOL length past the end', bytes(5, 1, 0, 0, 200, '/p12D3')],
  ['cmsgConnect', 'a RELAY length past the end', bytes(5, 1, 0, 2, '/p', 0, 99, '12D3')],
  ['cmsgConnect', 'a PEERID that Peer Connection Refused cannot give back', bytes(5, 1, 0, 0, 2, '/p', 'Q'.repeat(65536))]
]

describe('messages from a browser', () => {
  for (const [name, encoded, message] of codeForms) {
    it(`speaks ${name}`, () => {
      expect(parseClientMessage(encoded)).to.deep.equal(message)
      expect(serializeClientMessage(message)).to.deep.equal(encoded)
    })
  }

  for (const [name, encoded, message] of seedForms) {
    it(`understands the text's ${name}`, () => {
      expect(parseClientMessage(encoded)).to.deep.equal(message)
    })
  }

  it('takes any byte but 0 for true', () => {
    expect(parseClientMessage(bytes(1, 42, '/p'))).to.have.property('frames', true)
    expect(parseClientMessage(bytes(2, 42, '/p'))).to.have.property('retain', true)
  })

  it('names a relay in the form of the text', () => {
    const [, encoded = bytes(), message] = seedForms[4] ?? []

    expect(message !== undefined && serializeClientMessage(message)).to.deep.equal(encoded)
  })

  it('refuses to name a relay for a protocol that would be misread', () => {
    for (const protocol of ['echo', '', LONG, `/${'ü'.repeat(128)}`]) {
      expect(() => serializeClientMessage({ ...CONNECT, relay: 'QmRe', protocol })).to.throw(RangeError, 'protocol')
    }
  })

  it('refuses a protocol that is longer than its field', () => {
    expect(() => serializeClientMessage({ ...CONNECT, protocol: 'p'.repeat(65536) })).to.throw(RangeError, '65536')
  })

  for (const [name, what, encoded] of malformed) {
    it(`answers ${what}${name === '' ? '' : ` in ${name}`}`, () => {
      expect(() => parseClientMessage(encoded)).to.throw(MessageFormatError, `Bad message format${name === '' ? ':' : ` for ${name}`}`)
    })
  }

  it('parses or refuses any bytes', () => {
    const typed = fc.tuple(fc.nat(6), fc.uint8Array({ maxLength: 40 })).map(([type, rest]) => Uint8Array.of(type, ...rest))

    fc.assert(fc.property(fc.oneof(typed, fc.uint8Array()), encoded => {
      try {
        parseClientMessage(encoded)
      } catch (err) {
        expect(err).to.be.an.instanceOf(MessageFormatError)
      }
    }), { numRuns: 2000 })
  })

  it('reads back whatever it writes', () => {
    const protocol = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map(name => `/${name}`)
    const filled = fc.string({ unit: 'grapheme', minLength: 1 })
    const message: fc.Arbitrary<ClientMessage> = fc.oneof(
      fc.record({ type: fc.constant('start' as const), key: fc.base64String() }),
      fc.record({ type: fc.constant('listen' as const), frames: fc.boolean(), protocol: filled }),
      fc.record({ type: fc.constant('stop' as const), retain: fc.boolean(), protocol: filled }),
      fc.record({ type: fc.constant('close' as const), id: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }) }),
      fc.record({ type: fc.constant('data' as const), id: fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }), data: fc.uint8Array({ minLength: 1 }) }),
      fc.record({ type: fc.constant('connect' as const), frames: fc.boolean(), connectOnly: fc.boolean(), relay: fc.constant(''), protocol: filled, peer: filled }),
      fc.record({ type: fc.constant('connect' as const), frames: fc.boolean(), connectOnly: fc.constant(false), relay: filled, protocol, peer: filled })
    )

    fc.assert(fc.property(message, message => {
      expect(parseClientMessage(serializeClientMessage(message))).to.deep.equal(message)
    }), { numRuns: 1000 })
  })
})
