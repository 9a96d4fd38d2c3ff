import { once } from 'node:events'
import { expect } from 'aegir/chai'
import { WebSocketServer } from 'ws'
import { RelayClient, RelayError } from '../src/client/index.ts'
import { bytes } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient } from './helpers/wire-client.ts'
import type { RelayErrorCode, RelayStream } from '../src/client/index.ts'
import type { Relay } from '../src/index.ts'
import type { AddressInfo } from 'node:net'

const PROTOCOL = '/x/test'

/** What a promise rejects with, which has to be a RelayError of that code. */
async function failure (promise: Promise<unknown>, code: RelayErrorCode): Promise<RelayError> {
  const err = await promise.then(() => undefined, (err: unknown) => err)
  expect(err).to.be.an.instanceOf(RelayError).with.property('code', code)

  return err as RelayError
}

async function readAll (stream: RelayStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = []

  for await (const part of stream) {
    parts.push(part)
  }

  return Uint8Array.from(Buffer.concat(parts))
}

async function echo (stream: RelayStream): Promise<void> {
  for await (const part of stream) {
    await stream.send(part)
  }
}

// In Node, which has the same WebSocket; chat.spec.ts and go-peer.spec.ts are in a browser.
describe('RelayClient', () => {
  const relays = new Relays()
  const clients: RelayClient[] = []
  let relay: Relay
  let url: string

  async function connect (options = {}): Promise<RelayClient> {
    const client = await RelayClient.connect(url, options)
    clients.push(client)

    return client
  }

  before(async () => {
    relay = await relays.start()
    url = `${relay.url.replace('http', 'ws')}/libp2p`
  })

  afterEach(async () => {
    await Promise.all(clients.splice(0).map(async client => client.close()))
  })

  after(async () => {
    await relays.closeAll()
  })

  it('is a peer, and the same one again with its key', async () => {
    const first = await connect()
    expect(first.peerId).to.match(/^12D3Koo/)
    expect(first.addresses).to.have.lengthOf(1)
    expect(first.isPublic).to.equal(false)
    await first.close()

    const second = await connect({ key: first.key })
    expect(second.peerId).to.equal(first.peerId)
  })

  it('is told why there is no place for it', async () => {
    const first = await connect()

    expect(await failure(RelayClient.connect(url, { key: first.key }), 'ERR_CLOSED')).to.have.property('message').that.contains('in use by another session')
    expect(await failure(RelayClient.connect(url, { key: 'fish' }), 'ERR_CLOSED')).to.have.property('message').that.contains('Bad peer key')
    await failure(RelayClient.connect('ws://127.0.0.1:1/libp2p'), 'ERR_CLOSED')
  })

  it('reaches a peer by any of its names', async () => {
    const [one, two] = [await connect(), await connect()]
    await two.listen(PROTOCOL, stream => { stream.close() })
    const [address = ''] = two.addresses

    for (const name of [two.peerId, `/p2p/${two.peerId}`, two.connectString, ` ${two.connectString}\n`, `${address}/p2p/${two.peerId}`, { peerId: two.peerId, addresses: two.addresses }]) {
      const stream = await one.connect(name, PROTOCOL)
      expect(stream.peerId).to.equal(two.peerId)
      expect(stream.protocol).to.equal(PROTOCOL)
    }
  })

  it('carries 1 MiB each way and ends the stream at both ends', async () => {
    const [one, two] = [await connect(), await connect()]
    const data = new Uint8Array(1024 * 1024).map((_, i) => i * 13)
    const taken = Promise.withResolvers<RelayStream>()
    await two.listen(PROTOCOL, stream => {
      taken.resolve(stream)
      void echo(stream)
    })
    const stream = await one.connect(two.peerId, PROTOCOL)
    await stream.send(data)
    const received: Uint8Array[] = []
    let length = 0

    for await (const part of stream) {
      received.push(part)
      length += part.length

      if (length === data.length) {
        stream.close()
      }
    }

    expect(Uint8Array.from(Buffer.concat(received))).to.deep.equal(data)
    expect(await stream.closed).to.equal('EOF')
    expect(await (await taken.promise).closed).to.equal('EOF')
  })

  it('keeps message boundaries with frames', async () => {
    const [one, two] = [await connect(), await connect()]
    const received = Promise.withResolvers<string[]>()
    await two.listen(PROTOCOL, stream => {
      void (async () => {
        const texts: string[] = []
        for await (const message of stream) {
          texts.push(new TextDecoder().decode(message))
        }
        received.resolve(texts)
      })()
    }, { frames: true })
    const stream = await one.connect(two.peerId, PROTOCOL, { frames: true })
    // Not awaited: order is kept all the same.
    void stream.send(bytes('one'))
    void stream.send(bytes('two'))
    await stream.send(bytes('three'))
    stream.close()

    expect(await received.promise).to.deep.equal(['one', 'two', 'three'])
  })

  it('gives each of two Connects its own answer, though only their frames differ', async () => {
    const [one, two] = [await connect(), await WireClient.start(relay)]
    await two.listen(PROTOCOL)
    const [framed, raw] = await Promise.all([one.connect(two.peerId, PROTOCOL, { frames: true }), one.connect(two.peerId, PROTOCOL)])
    const ids = [await two.next('listener-connection'), await two.next('listener-connection')].map(({ id }) => id)
    await framed.send(bytes('ab'))
    await raw.send(bytes('cd'))
    const got = new Map([await two.next('data'), await two.next('data')].map(({ id, data }) => [id, data]))

    expect(ids.map(id => got.get(id))).to.deep.equal([bytes(0, 0, 0, 2, 'ab'), bytes('cd')])
    await two.close()
  })

  it('is refused by peers that are not there, and for protocols that they do not speak', async () => {
    const [one, two] = [await connect(), await connect()]

    expect(await failure(one.connect(two.peerId, '/x/nothing'), 'ERR_CONNECT_REFUSED')).to.have.property('message', 'protocol not supported')
    expect(await failure(one.connect('12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf', PROTOCOL), 'ERR_CONNECT_REFUSED'))
      .to.have.property('message').that.contains('no address of it is known')
    expect(await failure(one.connect(two.peerId, PROTOCOL, { relay: 'fish' }), 'ERR_CONNECT_REFUSED'))
      .to.have.property('message').that.contains('neither a multiaddr nor a peer id')
  })

  it('refuses at once what is no peer or protocol', async () => {
    const one = await connect()

    for (const [peer, protocol] of [['', PROTOCOL], ['fish!', PROTOCOL], ['/ip4/127.0.0.1/tcp/1/ws', PROTOCOL], ['/addrs/~', PROTOCOL], [one.peerId, '']] as const) {
      const err = await one.connect(peer, protocol).then(() => undefined, (err: unknown) => err)
      expect(err).to.be.an.instanceOf(SyntaxError)
    }

    expect(await one.connect(one.peerId, 'p'.repeat(70_000)).catch((err: unknown) => err)).to.be.an.instanceOf(RangeError)
    expect(await one.connect(one.peerId, 'no-slash', { relay: one.peerId }).catch((err: unknown) => err)).to.be.an.instanceOf(RangeError)
  })

  it('listens, and stops', async () => {
    const [one, two] = [await connect(), await connect()]
    const listener = await two.listen(PROTOCOL, () => {})
    const stream = await one.connect(two.peerId, PROTOCOL)
    await listener.close()
    await listener.close()

    expect(await stream.closed).to.equal('EOF')
    await failure(one.connect(two.peerId, PROTOCOL), 'ERR_CONNECT_REFUSED')
  })

  it('stops and keeps streams when it is told to', async () => {
    const [one, two] = [await connect(), await connect()]
    const taken = Promise.withResolvers<RelayStream>()
    const listener = await two.listen(PROTOCOL, taken.resolve)
    const stream = await one.connect(two.peerId, PROTOCOL)
    await listener.close({ retain: true })
    await stream.send(bytes('still'))
    stream.close()

    expect(await readAll(await taken.promise)).to.deep.equal(bytes('still'))
  })

  it('is told why it may not listen', async () => {
    const one = await connect()
    const errors: RelayError[] = []
    one.onerror = error => { errors.push(error) }

    expect(await failure(one.listen('/ipfs/ping/1.0.0', () => {}), 'ERR_LISTEN_REFUSED')).to.have.property('message').that.contains('/ipfs/ping/1.0.0')
    expect(errors.map(({ code }) => code)).to.deep.equal(['ERR_PROTOCOL'])
    expect(await one.listen('', () => {}).catch((err: unknown) => err)).to.be.an.instanceOf(SyntaxError)
  })

  it('writes no more to a stream that is closed', async () => {
    const [one, two] = [await connect(), await connect()]
    await two.listen(PROTOCOL, () => {}, { frames: true })
    const stream = await one.connect(two.peerId, PROTOCOL, { frames: true })
    expect(await stream.send(bytes()).catch((err: unknown) => err)).to.be.an.instanceOf(RangeError)
    stream.close()
    stream.close()

    await failure(stream.send(bytes('x')), 'ERR_STREAM_CLOSED')
  })

  it('reads what came before a reset, and is told of it', async () => {
    const [one, two] = [await connect(), await connect()]
    const taken = Promise.withResolvers<RelayStream>()
    await two.listen(PROTOCOL, taken.resolve)
    const stream = await one.connect(two.peerId, PROTOCOL)
    await stream.send(bytes('a'))
    const reader = (await taken.promise)[Symbol.asyncIterator]()
    expect((await reader.next()).value).to.deep.equal(bytes('a'))
    await one.close()

    expect(await failure(reader.next(), 'ERR_STREAM_CLOSED')).to.have.property('message', 'stream reset')
  })

  it('is over for everything when the relay goes', async () => {
    const other = await relays.start()
    const one = await RelayClient.connect(`${other.url.replace('http', 'ws')}/libp2p`)
    const two = await connect()
    await two.listen(PROTOCOL, () => {})
    const stream = await one.connect(two.connectString, PROTOCOL)
    const reading = readAll(stream)
    const dialing = one.connect('12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf', PROTOCOL)
    void other.close()

    await failure(reading, 'ERR_STREAM_CLOSED')
    await dialing.catch(() => {})
    expect(await one.closed).to.have.property('message').that.contains('the relay stops')
    await failure(one.connect(two.peerId, PROTOCOL), 'ERR_CLOSED')
    await failure(one.listen(PROTOCOL, () => {}), 'ERR_CLOSED')
    await failure(stream.send(bytes('x')), 'ERR_STREAM_CLOSED')
  })

  it('leaves a relay that does not speak the protocol', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', socket => { socket.send(bytes(99)) })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    expect(await failure(RelayClient.connect(`ws://127.0.0.1:${port}`), 'ERR_CLOSED')).to.have.nested.property('cause.code', 'ERR_MESSAGE_FORMAT')
    server.close()
  })
})
