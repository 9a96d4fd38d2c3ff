import { expect } from 'aegir/chai'
import { formatPeerAddress } from '../../src/sans-io/index.ts'
import { bytes } from '../helpers/bytes.ts'
import { PEER, SessionHarness } from '../helpers/session-harness.ts'

const CONNECT = { type: 'connect', frames: false, connectOnly: false, relay: '', protocol: '/p', peer: '12D3Far' } as const

function closeOf (reason: string): unknown {
  return { type: 'close', code: 1008, reason }
}

describe('a session', () => {
  describe('at its start', () => {
    it('says hello, starts a peer, says hello again and who it is', () => {
      const harness = new SessionHarness()
      expect(harness.take()).to.deep.equal({ messages: [{ type: 'hello', started: false }], commands: [] })

      harness.receive({ type: 'start', key: 'CAES' })
      expect(harness.take()).to.deep.equal({ messages: [], commands: [{ type: 'start-peer', key: 'CAES' }, { type: 'pause-browser' }] })

      harness.session.handlePeerReady(PEER, 0)
      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'hello', started: true }, { type: 'identify', ...PEER }],
        commands: [{ type: 'resume-browser' }]
      })
    })

    it('keeps what comes before there is a peer', () => {
      const harness = new SessionHarness()
      harness.receive({ type: 'start', key: '' })
      harness.receive({ type: 'listen', frames: true, protocol: '/a' })
      harness.receive({ type: 'listen', frames: true, protocol: '/b' })
      harness.take()
      harness.session.handlePeerReady(PEER, 0)

      expect(harness.take().commands).to.deep.equal([
        { type: 'listen', protocol: '/a' },
        { type: 'listen', protocol: '/b' },
        { type: 'resume-browser' }
      ])
    })

    for (const [what, message, reason] of [
      ['another message', bytes(1, 1, '/p'), 'Start has to come first, not listen'],
      ['a malformed message', bytes(0, 0, 9), 'Bad message format for cmsgStart'],
      ['an empty message', bytes(), 'Bad message format: the message is empty']
    ] as const) {
      it(`ends with ${what}`, () => {
        const harness = new SessionHarness()
        harness.take()
        harness.receive(message)

        expect(harness.take()).to.deep.equal({ messages: [{ type: 'protocol-error', message: reason }], commands: [closeOf(reason)] })
        expect(harness.session.state).to.equal('closed')
        expect(harness.session.pollTimeout()).to.equal(undefined)
      })
    }

    it('ends when there is no peer, and says why', () => {
      const harness = new SessionHarness()
      harness.receive({ type: 'start', key: 'x' })
      harness.take()
      harness.session.handlePeerFailed('bad key')

      expect(harness.take()).to.deep.equal({ messages: [{ type: 'protocol-error', message: 'bad key' }], commands: [closeOf('bad key')] })
    })

    it('ignores a peer that comes after the browser went', () => {
      const harness = new SessionHarness()
      harness.receive({ type: 'start', key: '' })
      harness.session.handleBrowserClosed()
      harness.take()
      harness.session.handlePeerReady(PEER, 0)
      harness.session.handlePeerFailed('late')

      expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
    })

    it('ignores a second Start', () => {
      const harness = SessionHarness.running()
      harness.receive({ type: 'start', key: 'CAES' })

      expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
    })
  })

  it('answers a malformed message and goes on', () => {
    const harness = SessionHarness.running()
    harness.receive(bytes(3, 1))
    harness.receive({ type: 'listen', frames: false, protocol: '/p' })

    expect(harness.take()).to.deep.equal({
      messages: [{ type: 'protocol-error', message: 'Bad message format for cmsgClose' }],
      commands: [{ type: 'listen', protocol: '/p' }]
    })
  })

  describe('with listeners', () => {
    it('confirms one when it works', () => {
      const harness = SessionHarness.running()
      harness.receive({ type: 'listen', frames: false, protocol: '/p' })
      expect(harness.take().messages).to.deep.equal([])

      harness.session.handleListenResult('/p', undefined, 0)
      expect(harness.take().messages).to.deep.equal([{ type: 'listening', protocol: '/p' }])
    })

    it('confirms a second Listen at once and frames as it says', () => {
      const harness = SessionHarness.running()
      harness.receive({ type: 'listen', frames: false, protocol: '/p' })
      harness.session.handleListenResult('/p', undefined, 0)
      harness.take()
      harness.receive({ type: 'listen', frames: true, protocol: '/p' })
      expect(harness.take()).to.deep.equal({ messages: [{ type: 'listening', protocol: '/p' }], commands: [] })

      const id = harness.session.handleStream('/p', 'Q', 0) ?? -1n
      harness.take()
      harness.session.handleStreamEvent(id, { type: 'data', data: bytes(0, 0, 0, 1, 'a') }, 0)
      expect(harness.take().messages).to.deep.equal([{ type: 'data', id, data: bytes('a') }])
    })

    it('refuses one that cannot be', () => {
      const harness = SessionHarness.running()
      harness.receive({ type: 'listen', frames: false, protocol: '/ipfs/ping/1.0.0' })
      harness.session.handleListenResult('/ipfs/ping/1.0.0', 'taken', 0)

      expect(harness.take().messages).to.deep.equal([
        { type: 'protocol-error', message: 'Listen /ipfs/ping/1.0.0: taken' },
        { type: 'listen-refused', protocol: '/ipfs/ping/1.0.0' }
      ])
      expect(harness.session.handleStream('/ipfs/ping/1.0.0', 'Q', 0)).to.equal(undefined)
    })

    it('refuses one too many', () => {
      const harness = SessionHarness.running()
      for (const protocol of ['/1', '/2', '/3']) {
        harness.receive({ type: 'listen', frames: false, protocol })
      }

      expect(harness.take().messages).to.deep.equal([
        { type: 'protocol-error', message: 'Listen /3: limit maxListeners of 2 reached' },
        { type: 'listen-refused', protocol: '/3' }
      ])
    })

    for (const retain of [false, true]) {
      it(`${retain ? 'keeps' : 'closes'} the streams of one that is stopped`, () => {
        const harness = SessionHarness.running()
        harness.receive({ type: 'listen', frames: false, protocol: '/p' })
        harness.receive({ type: 'listen', frames: false, protocol: '/q' })
        const id = harness.session.handleStream('/p', 'Q', 0) ?? -1n
        harness.session.handleStream('/q', 'Q', 0)
        harness.dial()
        harness.take()
        harness.receive({ type: 'stop', retain, protocol: '/p' })

        expect(harness.take()).to.deep.equal({
          messages: [{ type: 'listener-closed', protocol: '/p' }, ...(retain ? [] : [{ type: 'connection-closed', id, reason: 'EOF' }])],
          commands: [{ type: 'unlisten', protocol: '/p' }, ...(retain ? [] : [{ type: 'close-write', id }])]
        })

        harness.session.handleStreamEvent(id, { type: 'data', data: bytes('a') }, 0)
        expect(harness.take().messages).to.have.lengthOf(retain ? 1 : 0)
        harness.receive({ type: 'data', id, data: bytes('b') })
        expect(harness.take().commands).to.have.lengthOf(retain ? 1 : 0)
      })
    }

    it('ignores Stop where nobody listens', () => {
      const harness = SessionHarness.running()
      harness.receive({ type: 'stop', retain: false, protocol: '/p' })

      expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
    })

    it('says once that it refuses streams, until there is room again', () => {
      const harness = SessionHarness.running({ maxStreams: 1 })
      harness.receive({ type: 'listen', frames: false, protocol: '/p' })
      const arrive = (): bigint | undefined => harness.session.handleStream('/p', 'Q', 0)
      const refused = { type: 'protocol-error', message: 'incoming stream: limit maxStreams of 1 reached' }

      expect(arrive()).to.equal(0n)
      harness.take()
      expect([arrive(), arrive()]).to.deep.equal([undefined, undefined])
      expect(harness.take().messages).to.deep.equal([refused])

      harness.session.handleStreamEvent(0n, { type: 'closed' }, 0)
      expect(arrive()).to.equal(1n)
      harness.take()
      expect(arrive()).to.equal(undefined)
      expect(harness.take().messages).to.deep.equal([refused])
    })
  })

  describe('that connects', () => {
    it('dials the peer', () => {
      const harness = SessionHarness.running()
      harness.receive({ ...CONNECT, relay: 'QmRelay' })

      expect(harness.take().commands).to.deep.equal([{
        type: 'dial', dial: 0, peer: { peerId: '12D3Far', addresses: [] }, peerText: '12D3Far', protocol: '/p', relay: 'QmRelay', connectOnly: false
      }])
    })

    it('dials the addresses that come with the peer id', () => {
      const harness = SessionHarness.running()
      const peer = { peerId: '12D3Far', addresses: ['/ip4/127.0.0.1/tcp/1/ws'] }
      harness.receive({ ...CONNECT, peer: formatPeerAddress(peer) })

      expect(harness.take().commands).to.have.deep.nested.property('[0].peer', peer)
    })

    it('refuses addresses that it cannot decode, and gives them back', () => {
      const harness = SessionHarness.running()
      harness.receive({ ...CONNECT, peer: '/addrs/~' })

      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'peer-connection-refused', peer: '/addrs/~', protocol: '/p', error: 'Could not decode addrs: illegal ascii85 data at input byte 0\n' }],
        commands: []
      })
    })

    it('tells success once and failure once', () => {
      const harness = SessionHarness.running()
      harness.receive(CONNECT)
      harness.receive(CONNECT)
      harness.take()

      expect(harness.session.handleDialResult(1, { type: 'stream', peerId: '12D3Far' }, 0)).to.equal(0n)
      harness.session.handleDialResult(0, { type: 'failed', peer: '12D3Far', error: 'no' }, 0)
      harness.session.handleDialResult(0, { type: 'failed', peer: '12D3Far', error: 'no' }, 0)
      expect(harness.session.handleDialResult(1, { type: 'stream', peerId: '12D3Far' }, 0)).to.equal(undefined)
      expect(harness.take().messages).to.deep.equal([
        { type: 'peer-connection', id: 0n, peerId: '12D3Far', protocol: '/p' },
        { type: 'peer-connection-refused', peer: '12D3Far', protocol: '/p', error: 'no' }
      ])
    })

    it('says nothing when it only had to connect', () => {
      const harness = SessionHarness.running()
      harness.receive({ ...CONNECT, connectOnly: true })
      harness.take()
      harness.session.handleDialResult(0, { type: 'connected' }, 0)

      expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
    })

    it('counts dials among the streams', () => {
      const harness = SessionHarness.running({ maxStreams: 2 })
      harness.dial()
      harness.receive(CONNECT)
      harness.take()
      harness.receive(CONNECT)

      expect(harness.take()).to.deep.equal({
        messages: [{ type: 'peer-connection-refused', peer: '12D3Far', protocol: '/p', error: 'limit maxStreams of 2 reached' }],
        commands: []
      })
    })
  })

  describe('that ends', () => {
    it('resets streams that were not closed, and no others', () => {
      const harness = SessionHarness.running()
      harness.dial()
      harness.dial()
      harness.receive({ type: 'close', id: 1n })
      harness.take()
      harness.session.handleBrowserClosed()

      expect(harness.take()).to.deep.equal({ messages: [], commands: [{ type: 'reset', id: 0n, reason: 'the browser is gone' }] })
    })

    it('is closed with the reason it is given, once', () => {
      const harness = SessionHarness.connected()
      harness.session.close(1001, 'the relay stops')
      harness.session.close(1001, 'the relay stops')

      expect(harness.take().commands).to.deep.equal([
        { type: 'close', code: 1001, reason: 'the relay stops' },
        { type: 'reset', id: 0n, reason: 'the relay stops' }
      ])
    })

    it('takes no more input', () => {
      const harness = SessionHarness.connected()
      harness.session.handleBrowserClosed()
      harness.take()
      harness.receive({ type: 'listen', frames: false, protocol: '/p' })
      harness.session.handleStreamEvent(0n, { type: 'data', data: bytes(1) }, 0)
      harness.session.handleTimeout(1e9)

      expect(harness.take()).to.deep.equal({ messages: [], commands: [] })
      expect(harness.session.handleStream('/p', 'Q', 0)).to.equal(undefined)
    })
  })
})
