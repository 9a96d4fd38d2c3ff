import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { MessageFormatError, parseServerMessage, serializeServerMessage } from '../../src/sans-io/index.ts'
import { bytes, id } from '../helpers/bytes.ts'
import type { ServerMessage } from '../../src/sans-io/index.ts'

const forms: Array<[Uint8Array, ServerMessage]> = [
  [bytes(0, 0), { type: 'hello', started: false }],
  [bytes(0, 1), { type: 'hello', started: true }],
  [
    bytes(1, 1, 0, 7, '12D3Koo', 0, 28, '["/ip4/127.0.0.1/tcp/4101"]'.padEnd(28), 'CAES'),
    { type: 'identify', public: true, peerId: '12D3Koo', addresses: ['/ip4/127.0.0.1/tcp/4101'], key: 'CAES' }
  ],
  [bytes(2, ...id(1), 0, 4, 'QmId', '/chat'), { type: 'listener-connection', id: 1n, peerId: 'QmId', protocol: '/chat' }],
  [bytes(3, ...id(2), 'EOF'), { type: 'connection-closed', id: 2n, reason: 'EOF' }],
  [bytes(4, ...id(3), 1, 2), { type: 'data', id: 3n, data: bytes(1, 2) }],
  [bytes(4, ...id(3)), { type: 'data', id: 3n, data: bytes() }],
  [bytes(5, '/chat'), { type: 'listen-refused', protocol: '/chat' }],
  [bytes(6, '/chat'), { type: 'listener-closed', protocol: '/chat' }],
  [bytes(7, ...id(4), 0, 4, 'QmId', '/chat'), { type: 'peer-connection', id: 4n, peerId: 'QmId', protocol: '/chat' }],
  [bytes(8, 0, 4, 'QmId', 0, 5, '/chat', 'why'), { type: 'peer-connection-refused', peer: 'QmId', protocol: '/chat', error: 'why' }],
  [bytes(9, 'why'), { type: 'protocol-error', message: 'why' }],
  [bytes(10, '/chat'), { type: 'listening', protocol: '/chat' }]
]

describe('messages to a browser', () => {
  for (const [encoded, message] of forms) {
    it(`speaks ${message.type}`, () => {
      expect(parseServerMessage(encoded)).to.deep.equal(message)

      if (message.type !== 'identify') {
        expect(serializeServerMessage(message)).to.deep.equal(encoded)
      }
    })
  }

  it('writes ADDRESSES as JSON without spaces', () => {
    expect(serializeServerMessage({ type: 'identify', public: false, peerId: 'Q', addresses: ['/a', '/b'], key: 'K' }))
      .to.deep.equal(bytes(1, 0, 0, 1, 'Q', 0, 11, '["/a","/b"]', 'K'))
  })

  for (const [what, encoded] of [
    ['nothing', bytes()],
    ['an unknown type', bytes(11)],
    ['half an ID', bytes(3, 0, 0)],
    ['a PEERID past the end', bytes(7, ...id(0), 0, 9, 'Qm')],
    ['ADDRESSES that are not JSON', bytes(1, 0, 0, 1, 'Q', 0, 1, '[')],
    ['ADDRESSES that are not a list', bytes(1, 0, 0, 1, 'Q', 0, 2, '{}')],
    ['ADDRESSES that are not texts', bytes(1, 0, 0, 1, 'Q', 0, 3, '[1]')]
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => parseServerMessage(encoded)).to.throw(MessageFormatError)
    })
  }

  it('parses or refuses any bytes', () => {
    const typed = fc.tuple(fc.nat(11), fc.uint8Array({ maxLength: 40 })).map(([type, rest]) => Uint8Array.of(type, ...rest))

    fc.assert(fc.property(typed, encoded => {
      try {
        parseServerMessage(encoded)
      } catch (err) {
        expect(err).to.be.an.instanceOf(MessageFormatError)
      }
    }), { numRuns: 2000 })
  })
})
