import { expect } from 'aegir/chai'
import { bytes, id } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient, connectBrowsers } from './helpers/wire-client.ts'
import type { Relay } from '../src/index.ts'

describe('streams between browsers', () => {
  const relays = new Relays()
  let relay: Relay
  let one: WireClient
  let two: WireClient

  before(async () => {
    relay = await relays.start()
  })

  after(async () => {
    await relays.closeAll()
  })

  beforeEach(async () => {
    [one, two] = await Promise.all([WireClient.start(relay), WireClient.start(relay)])
  })

  afterEach(async () => {
    await Promise.all([one.close(), two.close()])
  })

  it('carry bytes as they are, both ways', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    const sent = new Uint8Array(200_000).map((_, i) => i * 7)

    for (let start = 0; start < sent.length; start += 70_000) {
      one.send({ type: 'data', id: fromId, data: sent.subarray(start, start + 70_000) })
      two.send({ type: 'data', id: toId, data: sent.subarray(start, start + 70_000) })
    }

    expect(await two.read(toId, sent.length)).to.deep.equal(sent)
    expect(await one.read(fromId, sent.length)).to.deep.equal(sent)
  })

  it('keep message boundaries with frames', async () => {
    const { fromId, toId } = await connectBrowsers(one, two, { frames: true })
    const messages = [bytes('a'), new Uint8Array(300_000).fill(5), bytes('bc'), new Uint8Array(1024 * 1024).fill(6)]

    for (const data of messages) {
      one.send({ type: 'data', id: fromId, data })
    }

    for (const data of messages) {
      expect(await two.next('data')).to.deep.equal({ type: 'data', id: toId, data })
    }
  })

  it('speak frames to a far end without: a length of 4 bytes, big-endian, comes first', async () => {
    await two.listen('/x/raw', false)
    one.connect(two.peerId, '/x/raw', { frames: true })
    const { id: fromId } = await one.next('peer-connection')
    const { id: toId } = await two.next('listener-connection')
    one.send({ type: 'data', id: fromId, data: bytes('hello') })
    expect(await two.read(toId, 9)).to.deep.equal(bytes(0, 0, 0, 5, 'hello'))

    two.send({ type: 'data', id: toId, data: bytes(0, 0, 0, 0, 0, 0, 0, 2, 'hi') })
    expect(await one.next('data')).to.have.property('data').that.deep.equals(bytes())
    expect(await one.next('data')).to.have.property('data').that.deep.equals(bytes('hi'))
  })

  it('are each closed with one Connection Closed at both ends', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    one.send({ type: 'data', id: fromId, data: bytes('last words') })
    one.send({ type: 'close', id: fromId })

    expect(await two.next('data')).to.have.property('data').that.deep.equals(bytes('last words'))
    expect(await two.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: toId, reason: 'EOF' })
    expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'EOF' })
    await Promise.all([one.expectNothingMore(), two.expectNothingMore()])
  })

  it('are closed once when both sides close at the same time', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    one.send({ type: 'close', id: fromId })
    two.send({ type: 'close', id: toId })

    await Promise.all([one.next('connection-closed'), two.next('connection-closed')])
    await Promise.all([one.expectNothingMore(), two.expectNothingMore()])
  })

  it('number on from 0 in each session, in both directions', async () => {
    await connectBrowsers(one, two)
    expect(await connectBrowsers(two, one)).to.deep.equal({ fromId: 1n, toId: 1n })
    expect(await connectBrowsers(one, two)).to.deep.equal({ fromId: 2n, toId: 2n })
  })

  it('of a listener that is stopped are closed at both ends', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    two.send(bytes(2, '/x/test'))

    expect(await two.next('listener-closed')).to.deep.equal({ type: 'listener-closed', protocol: '/x/test' })
    expect(await two.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: toId, reason: 'EOF' })
    expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'EOF' })

    one.connect(two.peerId, '/x/test')
    expect(await one.next('peer-connection-refused')).to.deep.equal({
      type: 'peer-connection-refused', peer: two.peerId, protocol: '/x/test', error: 'protocol not supported'
    })
  })

  it('of a listener that is stopped with RETAIN go on, both ways', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    two.send({ type: 'stop', retain: true, protocol: '/x/test' })
    await two.next('listener-closed')
    one.send({ type: 'data', id: fromId, data: bytes('a') })
    expect(await two.next('data')).to.have.property('id', toId)
    two.send({ type: 'data', id: toId, data: bytes('b') })
    expect(await one.next('data')).to.have.property('id', fromId)
  })

  it('belong to the browser that listens: others with the same protocol keep theirs', async () => {
    const three = await WireClient.start(relay)
    await two.listen('/x/test')
    await three.listen('/x/test')
    three.send({ type: 'stop', retain: false, protocol: '/x/test' })
    await three.next('listener-closed')
    one.connect(two.peerId, '/x/test')

    expect(await one.next('peer-connection')).to.have.property('peerId', two.peerId)
    await three.close()
  })

  it('are reset when a browser goes, whether it says so or not', async () => {
    for (const how of ['close', 'terminate'] as const) {
      const leaver = await WireClient.start(relay)
      const { fromId } = await connectBrowsers(one, leaver)
      leaver.socket[how]()

      expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: fromId, reason: 'stream reset' })
    }

    await one.expectNothingMore()
  })

  it('that were closed get all that was written, even when the browser goes at once', async () => {
    const { fromId, toId } = await connectBrowsers(one, two)
    const sent = new Uint8Array(900_000).map((_, i) => i)
    one.send({ type: 'data', id: fromId, data: sent })
    one.send({ type: 'close', id: fromId })
    one.socket.close()

    expect(await two.read(toId, sent.length)).to.deep.equal(sent)
    expect(await two.next('connection-closed')).to.have.property('reason', 'EOF')
  })

  it('leave nothing of a browser that went', async () => {
    await connectBrowsers(one, two)
    const { peerId, peerAddress } = two
    await two.close()
    await one.next('connection-closed')
    one.connect(peerId, '/x/test')
    one.connect(peerAddress, '/x/test')

    for (let i = 0; i < 2; i++) {
      expect(await one.next('peer-connection-refused')).to.have.property('error').that.matches(/^Could not connect to peer /)
    }
  })

  it('answer Data for an ID that never was', async () => {
    one.send(bytes(4, ...id(77), 'x'))

    expect(await one.next('connection-closed')).to.deep.equal({ type: 'connection-closed', id: 77n, reason: 'unknown connection' })
  })
})
