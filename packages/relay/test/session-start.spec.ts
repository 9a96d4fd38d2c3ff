import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { formatPrivateKey } from '../src/private-key.ts'
import { bytes } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient, connectBrowsers } from './helpers/wire-client.ts'
import type { Relay } from '../src/index.ts'
import type { PrivateKey } from '@libp2p/interface'

describe('the start of a session', () => {
  const relays = new Relays()
  let relay: Relay

  before(async () => {
    relay = await relays.start()
  })

  after(async () => {
    await relays.closeAll()
  })

  it('says hello, and after Start hello again and who the browser is', async () => {
    const client = new WireClient(relay)
    expect(await client.next('hello')).to.deep.equal({ type: 'hello', started: false })

    client.send(bytes(0))
    expect(await client.next('hello')).to.deep.equal({ type: 'hello', started: true })

    const identity = await client.next('identify')
    expect(identity).to.have.property('public', false)
    expect(identity.peerId).to.match(/^12D3Koo/)
    expect(identity.addresses).to.have.lengthOf(1)
    expect(identity.addresses[0]).to.match(/^\/ip4\/127\.0\.0\.1\/tcp\/\d+\/ws$/)
    await client.close()
  })

  it('gives each browser a peer of its own', async () => {
    const [one, two] = await Promise.all([WireClient.start(relay), WireClient.start(relay)])

    expect(one.peerId).to.not.equal(two.peerId)
    expect(one.identity?.key).to.not.equal(two.identity?.key)
    expect(relay.sessions).to.equal(2)
    await Promise.all([one.close(), two.close()])
  })

  it('makes the peer of the key that it is given, of any kind', async () => {
    for (const type of ['Ed25519', 'secp256k1', 'RSA'] as const) {
      const key: PrivateKey = await generateKeyPair(type as 'Ed25519')
      const text = formatPrivateKey(key)
      const client = await WireClient.start(relay, text)

      expect(client.peerId).to.equal(peerIdFromPrivateKey(key).toString())
      expect(client.identity?.key).to.equal(text)
      await client.close()
    }
  })

  it('takes the key in the form of the text', async () => {
    const first = await WireClient.start(relay)
    await first.close()
    const key = first.identity?.key ?? ''
    const second = new WireClient(relay)
    await second.next('hello')
    second.send(bytes(0, 0, key.length, key))
    await second.next('hello')

    expect(await second.next('identify')).to.have.property('peerId', first.peerId)
    await second.close()
  })

  it('refuses a key that is none', async () => {
    for (const key of ['CAES*', 'CAESQ', 'AAAA', 'CAESQAAA']) {
      const client = new WireClient(relay)
      await client.next('hello')
      client.send({ type: 'start', key })

      expect(await client.next('protocol-error')).to.have.property('message').that.matches(/^Bad peer key: /)
      expect(await client.closed).to.have.property('code', 1008)
    }
  })

  it('refuses another message than Start', async () => {
    const client = new WireClient(relay)
    await client.next('hello')
    client.send({ type: 'listen', frames: true, protocol: '/p' })

    expect(await client.next('protocol-error')).to.have.property('message', 'Start has to come first, not listen')
    expect(await client.closed).to.deep.equal({ code: 1008, reason: 'Start has to come first, not listen' })
  })

  it('carries out what was sent before the peer was there', async () => {
    const client = new WireClient(relay)
    await client.next('hello')
    client.send({ type: 'start', key: '' })
    client.send({ type: 'listen', frames: false, protocol: '/early' })
    await client.next('hello')
    await client.next('identify')

    expect(await client.next('listening')).to.have.property('protocol', '/early')
    await client.close()
  })

  it('takes text messages for binary ones', async () => {
    const client = new WireClient(relay)
    await client.next('hello')
    client.socket.send('\0')
    await client.next('hello')
    await client.next('identify')
    await client.close()
  })

  describe('with a key that is in use', () => {
    it('is refused, and the live session goes on', async () => {
      const first = await WireClient.start(relay)
      const second = new WireClient(relay)
      await second.next('hello')
      second.send({ type: 'start', key: first.identity?.key ?? '' })

      const { message } = await second.next('protocol-error')
      expect(message).to.equal(`peer key of ${first.peerId} is in use by another session`)
      expect(await second.closed).to.deep.equal({ code: 1008, reason: message })

      await first.listen('/still-there')
      await first.close()
    })

    it('is the same peer when the session before is gone', async () => {
      const first = await WireClient.start(relay)
      first.socket.terminate()
      const second = await WireClient.start(relay, first.identity?.key)

      expect(second.peerId).to.equal(first.peerId)
      await second.close()
    })

    it('is refused for the key of the relay itself', async () => {
      const key = formatPrivateKey(await generateKeyPair('Ed25519'))
      const own = await relays.start({ key })
      const client = new WireClient(own)
      await client.next('hello')
      client.send({ type: 'start', key })

      expect(await client.next('protocol-error')).to.have.property('message').that.matches(/in use/)
      expect(await client.closed).to.have.property('code', 1008)
    })
  })

  it('lets two browsers of one relay reach each other by peer id alone', async () => {
    const [one, two] = await Promise.all([WireClient.start(relay), WireClient.start(relay)])
    await two.listen('/x/test')
    one.connect(two.peerId, '/x/test')

    expect(await one.next('peer-connection')).to.deep.equal({ type: 'peer-connection', id: 0n, peerId: two.peerId, protocol: '/x/test' })
    expect(await two.next('listener-connection')).to.deep.equal({ type: 'listener-connection', id: 0n, peerId: one.peerId, protocol: '/x/test' })
    await Promise.all([one.close(), two.close()])
  })

  it('gives a session a free port where the relay has the one that is named', async () => {
    const other = await relays.start()
    const [port] = /(?<=\/tcp\/)\d+/.exec(other.multiaddrs.join()) ?? []
    await other.close()
    const fixed = await relays.start({ listen: [`/ip4/127.0.0.1/tcp/${port}/ws`] })
    const [one, two] = await Promise.all([WireClient.start(fixed), WireClient.start(fixed)])

    expect(fixed.multiaddrs.join()).to.contain(`/tcp/${port}/ws`)
    await connectBrowsers(one, two)
    await Promise.all([one.close(), two.close()])
  })
})
