import { expect } from 'aegir/chai'
import { bytes } from '../helpers/bytes.ts'
import { LIMITS, SessionHarness } from '../helpers/session-harness.ts'

describe('a session without a sign of life', () => {
  it('waits for Start as long as it may', () => {
    const harness = new SessionHarness()
    harness.take()
    harness.advance(LIMITS.startTimeout - 1)
    expect(harness.take().messages).to.deep.equal([])

    harness.advance(1)
    expect(harness.take()).to.deep.equal({
      messages: [{ type: 'protocol-error', message: 'limit startTimeout of 30000 reached' }],
      commands: [{ type: 'close', code: 1008, reason: 'limit startTimeout of 30000 reached' }]
    })
  })

  it('is pinged each 54 s and dropped 60 s after the last answer', () => {
    const harness = SessionHarness.running()
    harness.advance(54_000)
    expect(harness.take().commands).to.deep.equal([{ type: 'ping' }])

    harness.session.handlePong(harness.now)
    harness.advance(54_000)
    expect(harness.take().commands).to.deep.equal([{ type: 'ping' }])

    harness.advance(5_999)
    expect(harness.take().commands).to.deep.equal([])
    harness.advance(1)
    expect(harness.take().commands).to.deep.equal([{ type: 'terminate', reason: 'limit pongTimeout of 60000 reached' }])
  })

  it('lives by its messages as well as by pongs', () => {
    const harness = SessionHarness.running()
    for (let i = 0; i < 10; i++) {
      harness.advance(50_000)
      harness.receive({ type: 'close', id: 0n })
    }

    expect(harness.session.state).to.equal('running')
  })

  it('is not expected to answer while it is not read from', () => {
    const harness = SessionHarness.connected(false, { stallTimeout: 1e6 })
    harness.session.handleStreamEvent(0n, { type: 'full' }, harness.now)
    harness.advance(200_000)
    expect(harness.session.state).to.equal('running')

    harness.session.handleStreamEvent(0n, { type: 'drained' }, harness.now)
    harness.advance(59_999)
    expect(harness.session.state).to.equal('running')
    harness.advance(1)
    expect(harness.session.state).to.equal('closed')
  })

  it('is closed when it has nothing open and says nothing', () => {
    const harness = SessionHarness.running({ pongTimeout: 1e9 })
    harness.advance(LIMITS.idleTimeout - 1)
    expect(harness.session.state).to.equal('running')
    harness.receive({ type: 'close', id: 0n })
    harness.advance(LIMITS.idleTimeout - 1)
    harness.take()
    harness.advance(1)

    expect(harness.take().messages).to.deep.equal([{ type: 'protocol-error', message: 'limit idleTimeout of 600000 reached' }])
  })

  it('is not idle while it listens, dials or has a stream', () => {
    for (const use of [
      (harness: SessionHarness) => { harness.receive({ type: 'listen', frames: false, protocol: '/p' }) },
      (harness: SessionHarness) => { harness.receive(bytes(5, 0, 0, 0, 2, '/p', 'Q')) },
      (harness: SessionHarness) => { harness.dial() }
    ]) {
      const harness = SessionHarness.running({ pongTimeout: 1e9 })
      use(harness)
      harness.advance(10 * LIMITS.idleTimeout)

      expect(harness.session.state).to.equal('running')
    }
  })
})
