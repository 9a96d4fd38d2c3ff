import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { bytes } from '../helpers/bytes.ts'
import { SessionHarness } from '../helpers/session-harness.ts'
import type { StreamEvent } from '../../src/sans-io/index.ts'

const EOF = { type: 'connection-closed', id: 0n, reason: 'EOF' }

function happen (harness: SessionHarness, event: StreamEvent, id = 0n): void {
  harness.session.handleStreamEvent(id, event, harness.now)
}

describe('a stream of a session', () => {
  it('has the next number, whichever side opened it', () => {
    const harness = SessionHarness.running()
    harness.receive({ type: 'listen', frames: false, protocol: '/p' })

    expect(harness.dial()).to.equal(0n)
    expect(harness.session.handleStream('/p', 'Q', 0)).to.equal(1n)
    expect(harness.dial()).to.equal(2n)
    expect(harness.take().messages.map(message => message.type)).to.deep.equal(['peer-connection'])
  })

  it('carries bytes as they are, at most 65527 in a message', () => {
    const harness = SessionHarness.connected()
    const data = new Uint8Array(65528).fill(7)
    happen(harness, { type: 'data', data })
    harness.receive({ type: 'data', id: 0n, data })

    expect(harness.take()).to.deep.equal({
      messages: [{ type: 'data', id: 0n, data: data.subarray(1) }, { type: 'data', id: 0n, data: bytes(7) }],
      commands: [{ type: 'write', id: 0n, data }]
    })
  })

  it('carries frames: the length is on the stream and not in the message', () => {
    const harness = SessionHarness.connected(true)
    happen(harness, { type: 'data', data: bytes(0, 0, 0, 2, 'ab', 0, 0, 0, 0, 0, 0) })
    happen(harness, { type: 'data', data: bytes(0, 1, 'c') })
    harness.receive({ type: 'data', id: 0n, data: bytes('de') })

    expect(harness.take()).to.deep.equal({
      messages: ['ab', '', 'c'].map(text => ({ type: 'data', id: 0n, data: bytes(text) })),
      commands: [{ type: 'write', id: 0n, data: bytes(0, 0, 0, 2, 'de') }]
    })
  })

  it('is reset by a frame above the limit, from either side', () => {
    for (const [direction, act] of [
      ['incoming', (harness: SessionHarness) => { happen(harness, { type: 'data', data: bytes(0, 0, 0, 101) }) }],
      ['outgoing', (harness: SessionHarness) => { harness.receive({ type: 'data', id: 0n, data: new Uint8Array(101) }) }]
    ] as const) {
      const harness = SessionHarness.connected(true)
      const reason = `${direction} frame: limit maxFrameSize of 100 reached`
      act(harness)

      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'connection-closed', id: 0n, reason }],
        commands: [{ type: 'reset', id: 0n, reason }]
      })
    }
  })

  it('is closed by the browser for writing, and goes on to be read', () => {
    const harness = SessionHarness.connected()
    harness.receive({ type: 'close', id: 0n })
    harness.receive({ type: 'close', id: 0n })
    expect(harness.take()).to.deep.equal({ messages: [], commands: [{ type: 'close-write', id: 0n }] })

    happen(harness, { type: 'data', data: bytes('a') })
    happen(harness, { type: 'end' })
    happen(harness, { type: 'closed' })
    expect(harness.take()).to.deep.equal({ messages: [{ type: 'data', id: 0n, data: bytes('a') }, EOF], commands: [] })
  })

  it('is closed on this side too when the far end closes', () => {
    const harness = SessionHarness.connected()
    happen(harness, { type: 'end' })
    expect(harness.take()).to.deep.equal({ messages: [EOF], commands: [{ type: 'close-write', id: 0n }] })

    happen(harness, { type: 'closed' })
    expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
  })

  it('says why it was reset', () => {
    const harness = SessionHarness.connected()
    happen(harness, { type: 'closed', reason: 'stream reset' })

    expect(harness.take()).to.deep.equal({ messages: [{ ...EOF, reason: 'stream reset' }], commands: [] })
  })

  it('says when it ended inside a frame', () => {
    const harness = SessionHarness.connected(true)
    happen(harness, { type: 'data', data: bytes(0, 0) })
    happen(harness, { type: 'end' })

    expect(harness.take().messages).to.deep.equal([{ ...EOF, reason: 'unexpected EOF' }])
  })

  describe('that gets Data', () => {
    it('after Close: an error', () => {
      const harness = SessionHarness.connected()
      harness.receive({ type: 'close', id: 0n })
      harness.take()
      harness.receive({ type: 'data', id: 0n, data: bytes(1) })

      expect(harness.take()).to.deep.equal({ messages: [{ type: 'protocol-error', message: 'Data after Close for connection 0' }], commands: [] })
    })

    it('after Connection Closed: an error once, since the messages crossed', () => {
      const harness = SessionHarness.connected()
      happen(harness, { type: 'end' })
      harness.take()
      harness.receive({ type: 'data', id: 0n, data: bytes(1) })
      harness.receive({ type: 'data', id: 0n, data: bytes(1) })
      happen(harness, { type: 'closed' })
      harness.receive({ type: 'data', id: 0n, data: bytes(1) })

      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'protocol-error', message: 'Data for connection 0 came after its end and is lost' }],
        commands: []
      })
    })

    it('and never was: unknown connection', () => {
      const harness = SessionHarness.connected()
      harness.receive({ type: 'data', id: 2n ** 64n - 1n, data: bytes(1) })
      harness.receive({ type: 'close', id: 5n })

      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'connection-closed', id: 2n ** 64n - 1n, reason: 'unknown connection' }],
        commands: []
      })
    })
  })

  describe('that is full', () => {
    it('pauses the browser until it has drained', () => {
      const harness = SessionHarness.connected()
      harness.dial()
      harness.take()
      happen(harness, { type: 'full' }, 0n)
      happen(harness, { type: 'full' }, 1n)
      expect(harness.take().commands).to.deep.equal([{ type: 'pause-browser' }])

      happen(harness, { type: 'drained' }, 0n)
      expect(harness.take().commands).to.deep.equal([])

      happen(harness, { type: 'drained' }, 1n)
      expect(harness.take().commands).to.deep.equal([{ type: 'resume-browser' }])
    })

    it('lets the browser go on when it ends instead', () => {
      const harness = SessionHarness.connected()
      happen(harness, { type: 'full' })
      harness.take()
      happen(harness, { type: 'end' })

      expect(harness.take().commands).to.deep.equal([{ type: 'close-write', id: 0n }, { type: 'resume-browser' }])
    })

    it('is given up when it stays full', () => {
      const harness = SessionHarness.connected()
      const reason = 'limit stallTimeout of 60000 reached'
      happen(harness, { type: 'full' })
      harness.advance(59_999)
      expect(harness.take().messages).to.deep.equal([])

      harness.advance(1)
      expect(harness.take()).to.deep.equal({
        messages: [{ ...EOF, reason }],
        commands: [{ type: 'reset', id: 0n, reason }, { type: 'resume-browser' }]
      })
    })

    it('has its time anew after it has drained', () => {
      const harness = SessionHarness.connected()
      for (let i = 0; i < 5; i++) {
        happen(harness, { type: 'full' })
        harness.advance(40_000)
        happen(harness, { type: 'drained' })
        harness.session.handlePong(harness.now)
      }

      expect(harness.take().messages).to.deep.equal([])
    })
  })

  it('that does not close at the far end is reset in silence', () => {
    const harness = SessionHarness.connected()
    happen(harness, { type: 'end' })
    harness.take()
    harness.advance(59_999)
    harness.session.handlePong(harness.now)
    harness.advance(1)

    expect(harness.take()).to.deep.equal({
      messages: [],
      commands: [{ type: 'ping' }, { type: 'reset', id: 0n, reason: 'limit stallTimeout of 60000 reached' }]
    })
  })

  it('tells its reader to wait while the browser is slow', () => {
    const harness = SessionHarness.connected()
    harness.session.handleBackPressure(true)
    harness.session.handleBackPressure(false)

    expect(harness.take().commands).to.deep.equal([{ type: 'pause-streams' }, { type: 'resume-streams' }])
  })

  it('gets one Connection Closed, and nothing after it, whatever happens in whatever order', () => {
    const streamId = fc.bigInt({ min: 0n, max: 4n })
    const event = fc.oneof(
      fc.record({ type: fc.constant('data' as const), data: fc.uint8Array({ maxLength: 12 }) }),
      fc.constantFrom<StreamEvent>({ type: 'end' }, { type: 'closed' }, { type: 'closed', reason: 'reset' }, { type: 'full' }, { type: 'drained' })
    )
    const step = fc.oneof(
      fc.tuple(streamId, event).map(([id, event]) => (harness: SessionHarness) => { happen(harness, event, id) }),
      fc.tuple(streamId, fc.uint8Array({ minLength: 1, maxLength: 3 })).map(([id, data]) => (harness: SessionHarness) => { harness.receive({ type: 'data', id, data }) }),
      streamId.map(id => (harness: SessionHarness) => { harness.receive({ type: 'close', id }) }),
      fc.boolean().map(frames => (harness: SessionHarness) => { harness.dial(frames) }),
      fc.constant((harness: SessionHarness) => { harness.session.handleStream('/p', 'Q', harness.now) }),
      fc.boolean().map(retain => (harness: SessionHarness) => {
        harness.receive({ type: 'stop', retain, protocol: '/p' })
        harness.receive({ type: 'listen', frames: false, protocol: '/p' })
      }),
      fc.nat(40_000).map(duration => (harness: SessionHarness) => { harness.advance(duration); harness.session.handlePong(harness.now) })
    )

    fc.assert(fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const harness = SessionHarness.running({ maxStreams: 5, maxFrameSize: 2 })
      const log: string[] = []
      const opened = new Set<bigint>()

      const closeAll = Array.from({ length: 70 }, (_, id) => (harness: SessionHarness) => { happen(harness, { type: 'closed' }, BigInt(id)) })

      for (const act of [...steps, ...closeAll]) {
        act(harness)

        for (const message of harness.take().messages) {
          if (message.type === 'peer-connection' || message.type === 'listener-connection') {
            opened.add(message.id)
          } else if ('id' in message && !('reason' in message && message.reason === 'unknown connection')) {
            log.push(`${message.id} ${message.type}`)
          }
        }
      }

      expect(log.filter(line => line.endsWith('connection-closed')).toSorted()).to.deep.equal([...opened].map(id => `${id} connection-closed`).toSorted())
      for (const id of opened) {
        expect(log.findLastIndex(line => line.startsWith(`${id} `))).to.equal(log.indexOf(`${id} connection-closed`))
      }
    }), { numRuns: 1000 })
  })
})
