import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { encodeAscii85 } from '../src/sans-io/index.ts'
import { bytes, id } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient } from './helpers/wire-client.ts'
import type { Relay } from '../src/index.ts'

const ascii85 = (text: string): string => encodeAscii85(new TextEncoder().encode(text))

describe('the wire, against a relay', () => {
  const relays = new Relays()
  let relay: Relay
  let one: WireClient
  let two: WireClient

  before(async () => {
    relay = await relays.start()
    one = await WireClient.start(relay)
    two = await WireClient.start(relay)
  })

  after(async () => {
    await relays.closeAll()
  })

  it('takes every message in the form of the code', async () => {
    two.send(bytes(1, 1, '/x/code'))
    expect(await two.next('listening')).to.have.property('protocol', '/x/code')

    one.send(bytes(5, 1, 0, 0, 7, '/x/code', two.peerAddress))
    const { id: fromId } = await one.next('peer-connection')
    const { id: toId } = await two.next('listener-connection')

    one.send(bytes(4, ...id(Number(fromId)), 'hello'))
    expect(await two.next('data')).to.deep.equal({ type: 'data', id: toId, data: bytes('hello') })

    one.send(bytes(3, ...id(Number(fromId))))
    await Promise.all([one.next('connection-closed'), two.next('connection-closed')])

    two.send(bytes(2, 0, '/x/code'))
    expect(await two.next('listener-closed')).to.have.property('protocol', '/x/code')
  })

  it('takes Connect and Stop in the form of the text', async () => {
    await two.listen('/x/text')
    one.send(bytes(5, 0, 0, 7, '/x/text', 0, 0, two.peerId))
    const { id: fromId } = await one.next('peer-connection')
    await two.next('listener-connection')

    two.send(bytes(2, '/x/text'))
    await two.next('listener-closed')
    await two.next('connection-closed')
    expect(await one.next('connection-closed')).to.have.property('id', fromId)
  })

  it('only connects when RELAY is a byte that is not zero, and says nothing', async () => {
    one.send(bytes(5, 0, 1, 0, 7, '/x/none', two.peerId))
    await one.expectNothingMore()

    one.send(bytes(5, 0, 1, 0, 7, '/x/none', '/addrs/', ascii85('{"peerID":"12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf","addrs":["/ip4/127.0.0.1/tcp/9/ws"]}')))
    expect(await one.next('peer-connection-refused')).to.have.property('peer', '12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf')
  })

  it('refuses a Connect to what is no peer, and names it', async () => {
    for (const [peer, expected, error] of [
      ['Qm!', 'Qm!', /^Error parsing peer id Qm!: /],
      ['/ip4/127.0.0.1/tcp/1/ws', '/ip4/127.0.0.1/tcp/1/ws', /^Error parsing peer id /],
      ['/addrs/~', '/addrs/~', /^Could not decode addrs: .*\n$/],
      [`/addrs/${ascii85('{')}`, `/addrs/${ascii85('{')}`, /^Could not decode addrs: .*\n$/],
      [`/addrs/${ascii85('{}')}`, `/addrs/${ascii85('{}')}`, /^Error parsing peer id /],
      [
        `/addrs/${ascii85('{"peerID":"12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf","addrs":["nowhere"]}')}`,
        '12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf',
        /^Could not decode peer addr: nowhere\n$/
      ],
      [
        '12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf',
        '12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf',
        /^Could not connect to peer 12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf: no address of it is known\n$/
      ]
    ] as const) {
      one.connect(peer, '/x/test')

      expect(await one.next('peer-connection-refused')).to.deep.include({ peer: expected, protocol: '/x/test' }).and.have.property('error').that.matches(error)
    }
  })

  it('refuses a Connect of a browser to itself', async () => {
    one.connect(one.peerId, '/x/test')

    expect(await one.next('peer-connection-refused')).to.have.property('peer', one.peerId)
  })

  it('refuses to listen for what the peer itself answers, and says so first', async () => {
    one.send({ type: 'listen', frames: false, protocol: '/ipfs/ping/1.0.0' })

    expect(await one.next('protocol-error')).to.have.property('message').that.matches(/^Listen \/ipfs\/ping\/1\.0\.0: /)
    expect(await one.next('listen-refused')).to.have.property('protocol', '/ipfs/ping/1.0.0')

    one.connect(two.peerId, '/ipfs/ping/1.0.0')
    await one.next('peer-connection')
  })

  it('survives whatever a browser sends, and so does everybody else', async () => {
    const typed = fc.tuple(fc.nat(8), fc.uint8Array({ maxLength: 60 })).map(([type, rest]) => Uint8Array.of(type, ...rest))

    await fc.assert(fc.asyncProperty(fc.array(fc.oneof(typed, fc.uint8Array()), { maxLength: 20 }), fc.boolean(), async (messages, started) => {
      const fuzzer = started ? await WireClient.start(relay) : new WireClient(relay)

      if (!started) {
        await fuzzer.next('hello')
      }

      for (const message of messages) {
        fuzzer.send(message)
      }

      fuzzer.socket.close()
      await fuzzer.closed
    }), { numRuns: 40 })

    await two.listen('/x/survivor')
    one.connect(two.peerId, '/x/survivor')
    await one.next('peer-connection')
    await two.next('listener-connection')
  })
})
