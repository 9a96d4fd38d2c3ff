import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { ACK, DATA, decodeHeader, encodeHeader, FIN, FrameReader, GO_AWAY, PING, RST, SYN, WINDOW_UPDATE, YamuxSession } from '../src/sans-io/index.ts'
import type { FrameHeader, YamuxOptions, YamuxOutput } from '../src/sans-io/index.ts'

const QUIET = { keepAliveInterval: 0 }
const KiB = 1024

function client (options: Partial<YamuxOptions> = {}): YamuxSession {
  return new YamuxSession(true, 0, { ...QUIET, ...options })
}

/** Knows at 10 ms that a round trip takes 10. */
function measured (options: Partial<YamuxOptions> = {}): YamuxSession {
  const session = new YamuxSession(true, -1_000, { keepAliveInterval: 1_000, ...options })
  session.handleTimeout(0)
  session.handleData(frame({ type: PING, flags: ACK, streamId: 0, length: 0 }), 10)

  return session
}

function frame (init: Partial<FrameHeader> & { payload?: Uint8Array }): Uint8Array {
  const { payload = new Uint8Array(), ...header } = init

  return Buffer.concat([encodeHeader({ type: DATA, flags: 0, streamId: 2, length: payload.byteLength, ...header }), payload])
}

function outputs (session: YamuxSession): YamuxOutput[] {
  const all: YamuxOutput[] = []

  for (let output = session.pollOutput(); output != null; output = session.pollOutput()) {
    all.push(output)
  }

  return all
}

function partsOf (reader: FrameReader, piece: Uint8Array): Array<FrameHeader | Uint8Array> {
  const parts: Array<FrameHeader | Uint8Array> = []
  reader.push(piece)

  for (let part = reader.next(); part != null; part = reader.next()) {
    parts.push(part)
  }

  return parts
}

function headers (session: YamuxSession): FrameHeader[] {
  const bytes = Buffer.concat(session.pollTransmit(Infinity, 0))

  return partsOf(new FrameReader(), bytes).flatMap(part => part instanceof Uint8Array ? [] : [part])
}

describe('frames', () => {
  it('have the bytes of the spec', () => {
    expect(Buffer.from(encodeHeader({ type: DATA, flags: SYN, streamId: 1, length: 5 })).toString('hex')).to.equal('000000010000000100000005')
    expect(Buffer.from(encodeHeader({ type: WINDOW_UPDATE, flags: ACK | FIN, streamId: 0x01020304, length: 0xfffefdfc })).toString('hex')).to.equal('0001000601020304fffefdfc')
  })

  it('are read as they were written, however they are cut', () => {
    const header = fc.record({ type: fc.constantFrom(DATA, WINDOW_UPDATE), flags: fc.integer({ min: 0, max: 15 }), streamId: fc.integer({ min: 1, max: 0xffff_ffff }), payload: fc.uint8Array({ maxLength: 40 }) })

    fc.assert(fc.property(fc.array(header, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), (frames, cuts) => {
      const sent = frames.map(({ payload, ...rest }) => ({ ...rest, length: payload.byteLength, payload: rest.type === DATA ? payload : new Uint8Array() }))
      const bytes = Buffer.concat(sent.map(({ payload, ...rest }) => Buffer.concat([encodeHeader(rest), payload])))
      const reader = new FrameReader()
      const read: Array<FrameHeader & { payload: Uint8Array }> = []

      for (let offset = 0, i = 0; offset < bytes.length; i++) {
        const piece = bytes.subarray(offset, offset += cuts[i % cuts.length] ?? 1)

        for (const part of partsOf(reader, piece)) {
          const last = read.at(-1)
          !(part instanceof Uint8Array) ? read.push({ ...part, payload: new Uint8Array() }) : last != null && (last.payload = Buffer.concat([last.payload, part]))
        }
      }

      expect(read.map(({ payload, ...rest }) => [rest, [...payload]])).to.deep.equal(sent.map(({ payload, ...rest }) => [rest, [...payload]]))
      expect(reader.idle).to.equal(true)
    }))
  })

  for (const [what, bytes] of Object.entries({
    'another version': '010000000000000200000000',
    'an unknown type': '000400000000000200000000',
    'an unknown flag': '000000100000000200000000',
    'data of the session': '000000000000000000000000',
    'a ping of a stream': '000200010000000200000000'
  })) {
    it(`of ${what} are refused`, () => {
      expect(() => decodeHeader(Buffer.from(bytes, 'hex'), 0)).to.throw().with.property('name', 'YamuxProtocolError')
    })
  }
})

describe('session', () => {
  it('opens a stream with its first bytes', () => {
    const session = client()
    const id = session.open(0)
    session.write(id, [Uint8Array.from([1, 2]), Uint8Array.from([3])])

    expect(Buffer.concat(session.pollTransmit(Infinity, 0)).toString('hex')).to.equal('000000010000000100000003010203')
    expect(session.open(0)).to.equal(3)
  })

  it('opens a stream that has nothing to say', () => {
    const session = client()
    session.open(0)
    expect(headers(session)).to.deep.equal([])
    session.flushHeld()
    expect(headers(session)).to.deep.equal([{ type: WINDOW_UPDATE, flags: SYN, streamId: 1, length: 0 }])
    session.flushHeld()
    expect(headers(session)).to.deep.equal([])
  })

  it('answers a new stream once, with ACK on the first frame', () => {
    const session = client()
    session.handleData(frame({ flags: SYN, payload: Uint8Array.from([7]) }), 0)
    expect(outputs(session)).to.deep.equal([{ type: 'opened', streamId: 2 }, { type: 'data', streamId: 2, piece: Buffer.from([7]) }])
    session.write(2, [new Uint8Array(1)])
    session.write(2, [new Uint8Array(1)])
    expect(headers(session)).to.deep.equal([{ type: DATA, flags: ACK, streamId: 2, length: 2 }])
  })

  it('sends no more than the window, and goes on when it grows', () => {
    const session = client()
    const id = session.open(0)
    expect(session.write(id, [new Uint8Array(300 * KiB)])).to.equal(false)
    expect(headers(session).reduce((sum, { length }) => sum + length, 0)).to.equal(256 * KiB)
    expect(outputs(session)).to.deep.equal([{ type: 'drain', streamId: id }])
    session.handleData(frame({ type: WINDOW_UPDATE, flags: ACK, streamId: id, length: 10 * KiB }), 0)
    expect(headers(session)).to.deep.equal([{ type: DATA, flags: 0, streamId: id, length: 10 * KiB }])
  })

  it('gives every stream its turn', () => {
    const session = client({ maxFrame: 10 })
    const [a, b] = [session.open(0), session.open(0)]
    session.write(a, [new Uint8Array(30)])
    session.write(b, [new Uint8Array(20)])

    expect(headers(session).map(({ streamId }) => streamId)).to.deep.equal([a, b, a, b, a])
  })

  it('fills a window up when half of it was read, and doubles it for a fast reader', () => {
    const session = measured({ maxWindow: 1024 * KiB })
    session.handleData(frame({ flags: SYN, type: WINDOW_UPDATE, length: 0 }), 10)
    headers(session)
    const take = (bytes: number, now: number): FrameHeader[] => {
      session.handleData(frame({ payload: new Uint8Array(bytes) }), now)
      session.consume(2, bytes, now)
      return headers(session)
    }

    expect(take(128 * KiB - 1, 20)).to.deep.equal([])
    expect(take(1, 20)).to.deep.equal([{ type: WINDOW_UPDATE, flags: ACK, streamId: 2, length: 128 * KiB + 256 * KiB }])
    expect(take(256 * KiB, 21)[0]?.length).to.equal(256 * KiB + 512 * KiB, 'doubled again, up to the limit')
    expect(take(512 * KiB, 22)[0]?.length).to.equal(512 * KiB, 'at the limit')
  })

  it('does not widen the window of a slow reader', () => {
    const session = measured()
    session.handleData(frame({ flags: SYN, payload: new Uint8Array(128 * KiB) }), 10)
    headers(session)
    session.consume(2, 128 * KiB, 60)

    expect(headers(session)).to.deep.equal([{ type: WINDOW_UPDATE, flags: ACK, streamId: 2, length: 128 * KiB }])
  })

  it('bounds what all windows grow by, and gives back what a stream had', () => {
    const session = measured({ maxWindowGrowth: 256 * KiB })
    const grow = (streamId: number): number => {
      session.handleData(frame({ streamId, flags: SYN, payload: new Uint8Array(128 * KiB) }), 10)
      headers(session)
      session.consume(streamId, 128 * KiB, 11)
      return (headers(session)[0]?.length ?? 0) - 128 * KiB
    }

    expect([grow(2), grow(4)]).to.deep.equal([256 * KiB, 0])
    session.reset(2, 0)
    expect(grow(6)).to.equal(256 * KiB)
  })

  it('closes after what was written, with a FIN of its own', () => {
    const session = client()
    const id = session.open(0)
    session.write(id, [new Uint8Array(3)])
    session.closeWrite(id)

    expect(headers(session)).to.deep.equal([{ type: DATA, flags: SYN, streamId: id, length: 3 }, { type: WINDOW_UPDATE, flags: FIN, streamId: id, length: 0 }])
    expect(outputs(session)).to.deep.equal([{ type: 'idle', streamId: id }, { type: 'sent', streamId: id }])
    expect(session.size).to.equal(1)
    session.handleData(frame({ streamId: id, flags: FIN }), 0)
    expect(outputs(session)).to.deep.equal([{ type: 'ended', streamId: id }])
    expect(session.size).to.equal(0)
  })

  it('sends and takes the code of a reset', () => {
    const session = client()
    const id = session.open(0)
    session.write(id, [new Uint8Array(3)])
    session.reset(id, 0x1005)
    expect(headers(session)).to.deep.equal([{ type: WINDOW_UPDATE, flags: SYN | RST, streamId: id, length: 0x1005 }])

    session.handleData(frame({ flags: SYN }), 0)
    session.handleData(frame({ type: WINDOW_UPDATE, flags: RST, length: 0x1001 }), 0)
    expect(outputs(session)).to.deep.equal([{ type: 'opened', streamId: 2 }, { type: 'reset', streamId: 2, code: 0x1001 }])
    expect(session.size).to.equal(0)
  })

  it('passes over what comes for a stream that is gone', () => {
    const session = client()
    session.handleData(frame({ flags: SYN }), 0)
    session.reset(2, 0)
    outputs(session)
    session.handleData(Buffer.concat([frame({ payload: new Uint8Array(99) }), frame({ type: WINDOW_UPDATE, length: 9 }), frame({ streamId: 4, flags: SYN, payload: Uint8Array.from([1]) })]), 0)

    expect(outputs(session).map(({ type }) => type)).to.deep.equal(['opened', 'data'])
  })

  it('resets streams above the limit, and keeps the session', () => {
    const session = client({ maxInboundStreams: 1 })
    session.handleData(Buffer.concat([frame({ flags: SYN }), frame({ flags: SYN, streamId: 4, payload: new Uint8Array(5) })]), 0)

    expect(outputs(session)).to.deep.equal([{ type: 'opened', streamId: 2 }])
    expect(headers(session)).to.deep.equal([{ type: WINDOW_UPDATE, flags: RST, streamId: 4, length: 0x1002 }])
  })

  it('takes no stream when it has gone away', () => {
    const session = client()
    session.goAway(0)
    session.handleData(frame({ flags: SYN }), 0)

    expect(headers(session)).to.deep.equal([
      { type: GO_AWAY, flags: 0, streamId: 0, length: 0 },
      { type: WINDOW_UPDATE, flags: RST, streamId: 2, length: 0x1007 }
    ])
  })

  it('opens no stream above the limit or after a go-away', () => {
    const session = client({ maxOutboundStreams: 1 })
    expect(session.refusal).to.equal(undefined)
    session.open(0)
    expect(session.refusal).to.equal('too many streams')

    const left = client()
    left.handleData(frame({ type: GO_AWAY, streamId: 0, length: 0 }), 0)
    expect(outputs(left)).to.deep.equal([{ type: 'goAway', code: 0 }])
    expect(left.refusal).to.equal('closed')
  })

  it('measures the round trip with its first data, so that no ping goes by itself', () => {
    const session = new YamuxSession(true, 0, { keepAliveInterval: 1_000 })
    expect(session.pollTimeout()).to.equal(1_000)
    session.write(session.open(0), [new Uint8Array(1)])
    expect(headers(session).map(({ type }) => type)).to.deep.equal([PING, DATA])
    session.handleData(frame({ type: PING, flags: ACK, streamId: 0, length: 0 }), 7)
    expect(session.roundTrip).to.equal(7)
    session.write(session.open(8), [new Uint8Array(1)])
    expect(headers(session).map(({ type }) => type)).to.deep.equal([DATA])
  })

  it('keeps the head of a stream until more goes with it, or for a moment', () => {
    const session = client()
    const [a, b, c] = [session.open(0), session.open(0), session.open(0)]
    session.hold(a, new Uint8Array(3))
    session.hold(b, new Uint8Array(4))
    expect(headers(session)).to.deep.equal([])
    session.write(a, [new Uint8Array(1)])
    session.closeWrite(c)
    expect(headers(session)).to.deep.equal([
      { type: DATA, flags: SYN, streamId: a, length: 4 },
      { type: WINDOW_UPDATE, flags: SYN | FIN, streamId: c, length: 0 }
    ])
    session.flushHeld()
    expect(headers(session)).to.deep.equal([{ type: DATA, flags: SYN, streamId: b, length: 4 }])
    session.flushHeld()
    expect(headers(session)).to.deep.equal([])
  })

  it('grows a window no further than its reader would hold', () => {
    const session = measured()
    session.handleData(frame({ flags: SYN, payload: new Uint8Array(128 * KiB) }), 10)
    headers(session)
    session.consume(2, 128 * KiB, 11, 300 * KiB)

    expect(headers(session)).to.deep.equal([{ type: WINDOW_UPDATE, flags: ACK, streamId: 2, length: 128 * KiB + 44 * KiB }])
  })

  it('answers pings, measures its own, and calls a far end dead that does not answer', () => {
    const session = new YamuxSession(true, -100, { keepAliveInterval: 100, keepAliveTimeout: 50 })
    expect(session.pollTimeout()).to.equal(0)
    session.handleTimeout(0)
    expect(headers(session)).to.deep.equal([{ type: PING, flags: SYN, streamId: 0, length: 0 }])
    expect(session.pollTimeout()).to.equal(50)
    session.handleData(frame({ type: PING, flags: ACK, streamId: 0, length: 77 }), 3)
    expect(outputs(session)).to.deep.equal([], 'an answer to nothing')
    session.handleData(frame({ type: PING, flags: ACK, streamId: 0, length: 0 }), 7)
    expect(outputs(session)).to.deep.equal([{ type: 'roundTrip', ms: 7 }])
    session.handleData(frame({ type: PING, flags: SYN, streamId: 0, length: 5 }), 8)
    expect(headers(session)).to.deep.equal([{ type: PING, flags: ACK, streamId: 0, length: 5 }])
    expect(session.pollTimeout()).to.equal(100)
    session.handleTimeout(100)
    session.handleTimeout(149)
    expect(outputs(session)).to.deep.equal([])
    session.handleTimeout(150)
    expect(outputs(session)).to.deep.equal([{ type: 'dead' }])
  })

  for (const [what, bytes] of Object.entries({
    'opens a stream with our parity': frame({ flags: SYN, streamId: 1 }),
    'opens a stream twice': Buffer.concat([frame({ flags: SYN }), frame({ flags: SYN })]),
    'sends more than the window': Buffer.concat([frame({ flags: SYN }), encodeHeader({ type: DATA, flags: 0, streamId: 2, length: 256 * KiB + 1 })]),
    'sends after its end': Buffer.concat([frame({ flags: SYN | FIN }), frame({ payload: new Uint8Array(1) })]),
    'widens a window beyond 32 bits': Buffer.concat([frame({ flags: SYN }), frame({ type: WINDOW_UPDATE, length: 0xffff_ffff })]),
    'asks for answers without reading them': Buffer.concat(Array.from({ length: 5_000 }, (_, length) => frame({ type: PING, flags: SYN, streamId: 0, length })))
  })) {
    it(`goes away when the far end ${what}`, () => {
      const session = client()

      expect(() => { session.handleData(bytes, 0) }).to.throw().with.property('name', 'YamuxProtocolError')
      expect(headers(session).at(-1)).to.deep.equal({ type: GO_AWAY, flags: 0, streamId: 0, length: 1 })
    })
  }

  it('survives any bytes', () => {
    const plausible = fc.record({ type: fc.integer({ min: 0, max: 4 }), flags: fc.integer({ min: 0, max: 17 }), streamId: fc.integer({ min: 0, max: 6 }), length: fc.oneof(fc.nat(30), fc.constantFrom(256 * KiB, 0xffff_ffff)) }).map(encodeHeader)
    const piece = fc.oneof(plausible, fc.uint8Array({ maxLength: 30 }))

    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
      const session = client()
      session.open(0)

      try {
        pieces.forEach((bytes, now) => { session.handleData(bytes, now) })
      } catch (err) {
        expect(err).to.have.property('name', 'YamuxProtocolError')
      }

      outputs(session)
      session.pollTransmit(Infinity, 0)
      expect(session.size).to.be.within(0, 5)
    }), { numRuns: 2_000 })
  })
})

describe('two sessions', () => {
  type Step = { side: 0 | 1, action: 'open' | 'write' | 'close' | 'reset' | 'deliver', pick: number, size: number }

  const step = fc.record<Step>({
    side: fc.constantFrom(0, 1),
    action: fc.constantFrom('open', 'write', 'write', 'close', 'reset', 'deliver', 'deliver'),
    pick: fc.nat(9),
    size: fc.oneof(fc.nat(100), fc.nat(400 * KiB))
  })

  it('bring every byte across once and in order, and hold nothing in the end', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 70_000 }), (steps, cut) => {
      const sessions = [new YamuxSession(true, 0, QUIET), new YamuxSession(false, 0, QUIET)] as const
      const sent = [new Map<number, number>(), new Map<number, number>()] as const
      const got = [new Map<number, number>(), new Map<number, number>()] as const
      const known = [new Set<number>(), new Set<number>()] as const
      const dead = new Set<number>()
      let now = 0

      // byte n of a stream is n mod 251, so that what is lost or repeated shows
      const make = (from: number, size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (from + i) % 251)

      const settle = (side: 0 | 1): void => {
        for (const output of outputs(sessions[side])) {
          if (output.type === 'opened') {
            known[side].add(output.streamId)
          } else if (output.type === 'reset') {
            dead.add(output.streamId)
          } else if (output.type === 'data') {
            const before = got[side].get(output.streamId) ?? 0
            expect(Buffer.compare(output.piece, make(before, output.piece.byteLength))).to.equal(0)
            got[side].set(output.streamId, before + output.piece.byteLength)
            sessions[side].consume(output.streamId, output.piece.byteLength, now)
          }
        }
      }
      const deliver = (from: 0 | 1, most: number): boolean => {
        const bytes = Buffer.concat(sessions[from].pollTransmit(most, now))
        const to = from === 0 ? 1 : 0

        for (let offset = 0; offset < bytes.length; offset += cut) {
          sessions[to].handleData(bytes.subarray(offset, offset + cut), now)
          settle(to)
        }

        settle(from)
        return bytes.length > 0
      }

      for (const { side, action, pick, size } of steps) {
        now++
        const session = sessions[side]
        const id = [...known[side]][pick % Math.max(1, known[side].size)]

        if (action === 'open') {
          known[side].add(session.open(now))
        } else if (action === 'deliver') {
          deliver(side, size)
        } else if (id != null && !dead.has(id)) {
          if (action === 'write' && !sent[side].has(-id)) {
            const before = sent[side].get(id) ?? 0
            session.write(id, [make(before, size >> 1), make(before + (size >> 1), size - (size >> 1))])
            sent[side].set(id, before + size)
          } else if (action === 'close') {
            session.closeWrite(id)
            sent[side].set(-id, 1)
          } else if (action === 'reset') {
            session.reset(id, pick)
            dead.add(id)
          }
        }
      }

      while (deliver(0, Infinity) || deliver(1, Infinity)) {
        now++
      }

      for (const side of [0, 1] as const) {
        const other = side === 0 ? 1 : 0

        for (const [id, bytes] of sent[side]) {
          if (id > 0 && !dead.has(id)) {
            expect(got[other].get(id) ?? 0).to.equal(bytes)
          }
        }

        known[side].forEach(id => { sessions[side].reset(id, 0) })
        expect(sessions[side].size).to.equal(0)
      }
    }), { numRuns: 300 })
  })

  it('give no more at once than was asked for, but one frame', () => {
    const session = client()
    const id = session.open(0)
    session.write(id, [new Uint8Array(250 * KiB)])
    const most = 256 * KiB
    const sizes = [1, most, most].map(bytes => Buffer.concat(session.pollTransmit(bytes, 0)).byteLength)

    expect(sizes).to.deep.equal([65_519, 3 * 65_519 - (4 * 65_507 - 250 * KiB), 0])
  })
})
