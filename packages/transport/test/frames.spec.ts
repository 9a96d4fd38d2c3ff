import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { TestUpgrader } from './fixtures/components.ts'
import { FRAMINGS } from './fixtures/framings.ts'
import { RawWebSocket, RawWebSocketServer } from './fixtures/raw-web-socket.ts'
import { collect, event } from './fixtures/streams.ts'
import { connect, dial, transport } from './fixtures/transport.ts'
import type { FrameParts } from './fixtures/raw-web-socket.ts'
import type { Listener, MultiaddrConnection, StreamCloseEvent } from '@libp2p/interface'

const MAX_PAYLOAD = 64 * 1024
const CONTINUATION = 0
const TEXT = 1
const BINARY = 2
const CLOSE = 8
const PING = 9
const PONG = 10

/** What must not be sent, where RFC 6455 says so, and the code that answers it. */
const MALFORMED: Array<{ what: string, section: string, frames: FrameParts[], code: number }> = [
  ...[1, 2, 4, 7].map(rsv => ({
    what: `reserved bits ${rsv.toString(2).padStart(3, '0')} with no extension`, section: '5.2', frames: [{ rsv, payload: bytes(4) }], code: 1002
  })),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(opcode => ({
    what: `reserved opcode ${opcode}`, section: '5.2', frames: [{ opcode, payload: bytes(4) }], code: 1002
  })),
  { what: 'a length with its highest bit set', section: '5.2', frames: [{ length: 1n << 63n, lengthForm: 64 }], code: 1009 },
  { what: 'a length past 2^53', section: '5.2', frames: [{ length: 1n << 54n, lengthForm: 64 }], code: 1009 },
  { what: 'a message that is too large', section: '7.4.1', frames: [{ length: BigInt(MAX_PAYLOAD + 1) }], code: 1009 },
  {
    what: 'fragments that are too large together',
    section: '7.4.1',
    frames: [{ fin: false, payload: bytes(MAX_PAYLOAD) }, { opcode: CONTINUATION, payload: bytes(1) }],
    code: 1009
  },
  { what: 'a continuation of nothing', section: '5.4', frames: [{ opcode: CONTINUATION, payload: bytes(4) }], code: 1002 },
  { what: 'a new message inside a fragmented one', section: '5.4', frames: [{ fin: false, payload: bytes(4) }, { payload: bytes(4) }], code: 1002 },
  { what: 'a fragmented ping', section: '5.5', frames: [{ fin: false, opcode: PING }], code: 1002 },
  { what: 'a fragmented close', section: '5.5', frames: [{ fin: false, opcode: CLOSE }], code: 1002 },
  { what: 'a ping of 126 bytes', section: '5.5', frames: [{ opcode: PING, payload: bytes(126) }], code: 1002 },
  { what: 'a close of 126 bytes', section: '5.5', frames: [{ opcode: CLOSE, payload: bytes(126) }], code: 1002 },
  { what: 'a close of one byte', section: '5.5.1', frames: [{ opcode: CLOSE, payload: bytes(1) }], code: 1002 },
  ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535].map(code => ({
    what: `a close with code ${code}`, section: '7.4', frames: [{ opcode: CLOSE, payload: closeBody(code) }], code: 1002
  })),
  { what: 'a close reason that is no UTF-8', section: '5.5.1', frames: [{ opcode: CLOSE, payload: Uint8Array.of(3, 232, 0xc3, 0x28) }], code: 1007 },
  { what: 'text that is no UTF-8', section: '8.1', frames: [{ opcode: TEXT, payload: Uint8Array.of(0xc3, 0x28) }], code: 1007 }
]

/** What may be sent, and what the reader gets. */
const WELL_FORMED: Array<{ what: string, frames: FrameParts[], bytes: Uint8Array }> = [
  { what: 'one frame', frames: [{ payload: bytes(4) }], bytes: bytes(4) },
  { what: 'fragments', frames: [{ fin: false, payload: bytes(2) }, { fin: false, opcode: CONTINUATION, payload: bytes(2) }, { opcode: CONTINUATION, payload: bytes(2) }], bytes: join(bytes(2), bytes(2), bytes(2)) },
  { what: 'fragments with a ping between', frames: [{ fin: false, payload: bytes(2) }, { opcode: PING, payload: bytes(3) }, { opcode: CONTINUATION, payload: bytes(2) }], bytes: join(bytes(2), bytes(2)) },
  { what: 'empty frames', frames: [{}, { payload: bytes(1) }, {}], bytes: bytes(1) },
  { what: 'empty fragments', frames: [{ fin: false }, { fin: false, opcode: CONTINUATION }, { opcode: CONTINUATION, payload: bytes(1) }], bytes: bytes(1) },
  { what: 'text', frames: [{ opcode: TEXT, payload: new TextEncoder().encode('häh') }], bytes: new TextEncoder().encode('häh') },
  { what: 'a pong that nobody asked for', frames: [{ opcode: PONG, payload: bytes(5) }, { payload: bytes(1) }], bytes: bytes(1) },
  { what: 'a ping of 125 bytes', frames: [{ opcode: PING, payload: bytes(125) }, { payload: bytes(1) }], bytes: bytes(1) },
  { what: 'a length in a longer form than it needs', frames: [{ lengthForm: 64, payload: bytes(3) }], bytes: bytes(3) },
  { what: 'the largest message', frames: [{ opcode: BINARY, payload: bytes(MAX_PAYLOAD) }], bytes: bytes(MAX_PAYLOAD) }
]

for (const framing of FRAMINGS) {
  describe(`frames, framing ${framing}`, () => {
    let upgrader: TestUpgrader
    let listener: Listener
    let port: number
    let server: RawWebSocketServer
    let serverPort: number

    beforeEach(async () => {
      upgrader = new TestUpgrader()
      listener = transport({ framing, maxPayload: MAX_PAYLOAD }).createListener({ upgrader })
      await listener.listen(multiaddr('/ip4/127.0.0.1/tcp/0/ws'))
      port = Number(listener.getAddrs()[0]?.getComponents()[1]?.value)
      server = new RawWebSocketServer()
      serverPort = await server.listen()
    })

    afterEach(async () => {
      await listener.close()
      server.close()
    })

    const sides = [
      {
        name: 'listener',
        masked: true,
        async open (): Promise<{ raw: RawWebSocket, maConn: MultiaddrConnection }> {
          const [raw, maConn] = await Promise.all([RawWebSocket.connect(port), upgrader.nextInbound()])

          return { raw, maConn }
        }
      },
      {
        name: 'dialer',
        masked: false,
        async open (): Promise<{ raw: RawWebSocket, maConn: MultiaddrConnection }> {
          const [raw, maConn] = await Promise.all([
            server.next(),
            dial(transport({ framing, maxPayload: MAX_PAYLOAD }), `/ip4/127.0.0.1/tcp/${serverPort}/ws`)
          ])

          return { raw, maConn }
        }
      }
    ]

    for (const { name, masked, open } of sides) {
      describe(`that a ${name} gets`, () => {
        const wrongMask = { what: masked ? 'a frame without a mask' : 'a frame with a mask', section: '5.1', frames: [{ masked: !masked, payload: bytes(4) }], code: 1002 }

        for (const { what, section, frames, code } of [...MALFORMED, wrongMask]) {
          it(`${what}: ${code} (section ${section})`, async () => {
            await expectRefusal(open, frames.map(parts => ({ masked, ...parts })), code)
          })
        }

        for (const { what, frames, bytes } of WELL_FORMED) {
          it(`${what}: read`, async () => {
            const { raw, maConn } = await open()
            const received = collect(maConn, bytes.byteLength)
            raw.send(...frames.map(parts => ({ masked, ...parts })))
            expect(await received).to.equalBytes(bytes)
            maConn.abort(new Error('test is over'))
            raw.socket.destroy()
          })
        }

        for (const code of [1000, 1001, 1005]) {
          it(`a close with ${code}: closed`, async () => {
            const { raw, maConn } = await open()
            const closed = event<StreamCloseEvent>(maConn, 'close')
            raw.send({ masked, opcode: CLOSE, payload: code === 1005 ? bytes(0) : closeBody(code, 'bye') })
            expect(await closed).to.include({ error: undefined, code, reason: code === 1005 ? '' : 'bye' })
            expect(maConn.status).to.equal('closed')
            raw.socket.destroy()
          })
        }

        for (const code of [1002, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 1014, 3000, 4000, 4097, 4999]) {
          it(`a close with ${code}: reset`, async () => {
            const { raw, maConn } = await open()
            const closed = event<StreamCloseEvent>(maConn, 'close')
            raw.send({ masked, opcode: CLOSE, payload: closeBody(code, 'bye') })
            const { error } = await closed
            expect(error?.cause).to.include({ name: 'WebSocketClosedError', closeCode: code, reason: 'bye' })
            expect(maConn.status).to.equal('reset')
            raw.socket.destroy()
          })
        }

        it('an end without a close: reset', async () => {
          const { raw, maConn } = await open()
          const closed = event<StreamCloseEvent>(maConn, 'close')
          raw.socket.end()
          expect((await closed).error?.cause).to.include({ closeCode: 1006 })
        })

        it('a TCP reset in the middle of a frame: reset', async () => {
          const { raw, maConn } = await open()
          const closed = event<StreamCloseEvent>(maConn, 'close')
          raw.send({ masked, length: 100n, payload: bytes(10) })
          raw.socket.resetAndDestroy()
          expect((await closed).error?.cause).to.include({ closeCode: 1006 })
          expect(maConn.status).to.equal('reset')
        })
      })
    }

    /** The one connection is closed with `code`, and another one of the same listener does not notice. */
    async function expectRefusal (open: () => Promise<{ raw: RawWebSocket, maConn: MultiaddrConnection }>, frames: FrameParts[], code: number): Promise<void> {
      const other = await connect(transport(), listener, upgrader)
      const { raw, maConn } = await open()
      maConn.addEventListener('message', () => {})
      const closed = event<StreamCloseEvent>(maConn, 'close')
      raw.send(...frames)
      expect((await closed).error).to.have.property('name', 'WebSocketProtocolError')
      expect(maConn.status).to.equal('aborted')
      raw.socket.end()
      await raw.closed
      expect(raw.closeFrame).to.have.property('code', code)

      const received = collect(other.far, 3)
      other.near.send(bytes(3))
      expect(await received).to.equalBytes(bytes(3))
      other.near.abort(new Error('test is over'))
    }
  })
}

function bytes (length: number): Uint8Array {
  return new Uint8Array(length).map((_, index) => index + 1)
}

function join (...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap(part => [...part]))
}

function closeBody (code: number, reason = ''): Uint8Array {
  return join(Uint8Array.of(code >> 8, code & 255), new TextEncoder().encode(reason))
}
