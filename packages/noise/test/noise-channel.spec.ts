import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { streamPair } from '@libp2p/utils'
import { channelOf } from '@libp2p-ws/byte-channel'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { noise } from '../src/index.ts'
import { NoiseChannel } from '../src/noise-channel.ts'
import { CipherState, MAX_PLAINTEXT } from '../src/sans-io/index.ts'
import { PROVIDERS } from './key-pairs.ts'
import { Recorder, WireChannel } from './wire-channel.ts'
import type { Noise } from '../src/index.ts'
import type { SecuredChannel } from '@libp2p-ws/core'

const crypto = PROVIDERS[0]?.crypto as NonNullable<typeof PROVIDERS[0]>['crypto']

const KEY = new Uint8Array(32).fill(1)

/** Two ends after a handshake, and the wire of each: what one wrote is given to the other by the test. */
function pair (takesOwnership = false): { near: NoiseChannel, far: NoiseChannel, nearWire: WireChannel, farWire: WireChannel } {
  const [there, back] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)]
  const keys = (send: Uint8Array, receive: Uint8Array): any => ({ send: new CipherState(crypto, send), receive: new CipherState(crypto, receive) })
  const [nearWire, farWire] = [new WireChannel(takesOwnership), new WireChannel(takesOwnership)]

  return { near: new NoiseChannel(nearWire, keys(there, back)), far: new NoiseChannel(farWire, keys(back, there)), nearWire, farWire }
}

async function secured (): Promise<{ left: SecuredChannel, right: SecuredChannel, outbound: Awaited<ReturnType<typeof streamPair>>[0] }> {
  const upgrader = { getStreamMuxers: () => new Map() }
  const [a, b] = (await Promise.all([generateKeyPair('Ed25519'), generateKeyPair('Ed25519')])).map(privateKey => ({
    peer: peerIdFromPrivateKey(privateKey), encrypter: noise()({ privateKey, upgrader }) as Noise
  })) as [any, any]
  const [outbound, inbound] = await streamPair()
  const [left, right] = await Promise.all([
    a.encrypter.secureChannel(channelOf(outbound), { direction: 'outbound', remotePeer: b.peer }),
    b.encrypter.secureChannel(channelOf(inbound), { direction: 'inbound' })
  ])

  return { left, right, outbound }
}

describe('a channel of noise', () => {
  it('carries what is written, however the records are cut and whenever the reader pauses', () => {
    const writes = fc.array(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 3 }), { maxLength: 6 })

    fc.assert(fc.property(writes, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), fc.array(fc.boolean()), (batches, cuts, pauses) => {
      const { near, far, nearWire, farWire } = pair()
      const log = new Recorder()
      let turn = 0
      log.onPiece = () => { pauses[turn++] === true && far.pause() }
      far.handler = log
      far.resume()
      const written = Buffer.concat(batches.flat())
      batches.forEach(pieces => { near.write(pieces) })
      const wire = nearWire.written()

      for (let offset = 0, i = 0; offset < wire.length; i++) {
        farWire.receive(Uint8Array.from(wire.subarray(offset, offset += cuts[i % cuts.length] ?? 1)))
        // pauses hold back, they lose nothing
        far.resume()
      }

      while (log.bytes.length < written.length) {
        far.resume()
      }

      expect(Buffer.compare(log.bytes, written)).to.equal(0)
    }), { numRuns: 300 })
  })

  it('stops in the middle of records that came at once', () => {
    const { near, far, nearWire, farWire } = pair()
    const log = new Recorder()
    log.onPiece = () => { far.pause() }
    far.handler = log
    far.resume()
    near.write([Uint8Array.of(1)])
    near.write([Uint8Array.of(2)])
    farWire.receive(nearWire.written())
    expect([...log.bytes]).to.deep.equal([1])
    expect(farWire.paused).to.equal(true)
    far.unread(Uint8Array.of(9))
    far.resume()
    expect([...log.bytes]).to.deep.equal([1, 9])
    far.resume()
    expect([...log.bytes]).to.deep.equal([1, 9, 2])
    expect(farWire.paused).to.equal(true)
  })

  it('leaves what it is given to write as it was, and gives away memory of its own', () => {
    const { near, far, nearWire, farWire } = pair(true)
    const log = new Recorder()
    far.handler = log
    far.resume()
    const mine = [Uint8Array.of(1, 2, 3), new Uint8Array(MAX_PLAINTEXT).fill(7)]
    near.write(mine)
    farWire.receive(nearWire.written())
    expect(mine).to.deep.equal([Uint8Array.of(1, 2, 3), new Uint8Array(MAX_PLAINTEXT).fill(7)])
    expect(log.bytes.length).to.equal(MAX_PLAINTEXT + 3)
  })

  it('frees what its reader is done with, and what it copied of a record that was cut; nothing else', () => {
    const decrypted: Uint8Array[] = []
    const watched: typeof crypto = {
      ...crypto,
      decrypt: (key, nonce, ad, pieces) => {
        decrypted.push(...pieces)

        return crypto.decrypt(key, nonce, ad, pieces)
      }
    }
    const [nearWire, farWire] = [new WireChannel(), new WireChannel()]
    const keys = { send: new CipherState(crypto, KEY), receive: new CipherState(watched, KEY) }
    const [near, far] = [new NoiseChannel(nearWire, keys), new NoiseChannel(farWire, keys)]
    const pieces: Uint8Array[] = []
    const log = new Recorder()
    log.onData = piece => pieces.push(piece) === 1
    far.handler = log
    far.resume()
    near.write([new Uint8Array(2 * MAX_PLAINTEXT).fill(7)])
    const wire = Uint8Array.from(nearWire.written())
    farWire.receive(wire.subarray(0, 100_000))
    farWire.receive(wire.subarray(100_000))

    expect(pieces[0]?.byteLength).to.equal(0)
    expect(Buffer.concat(pieces.slice(1)).equals(Buffer.alloc(MAX_PLAINTEXT, 7))).to.equal(true)
    // the first record, then the part that was copied, then the rest
    expect(decrypted.map(({ byteLength }) => byteLength > 0)).to.deep.equal([true, false, true])
  })

  it('passes back-pressure, the end and the abort on, in both directions', () => {
    const { near, nearWire } = pair()
    const log = new Recorder()
    near.handler = log
    near.resume()
    nearWire.full = true
    expect(near.write([Uint8Array.of(1)])).to.equal(false)
    nearWire.handler.onDrain()
    nearWire.handler.onEnd()
    near.close()
    near.abort(new Error('enough'), 7)
    expect(nearWire.calls).to.deep.equal(['close', 'abort enough 7'])
    expect(log.events).to.deep.equal(['drain', 'end', 'close enough 7'])
  })

  it('refuses a connection that ends in the middle of a record', () => {
    const { near, far, nearWire, farWire } = pair()
    const log = new Recorder()
    far.handler = log
    far.resume()
    near.write([Uint8Array.of(1, 2, 3)])
    farWire.receive(nearWire.written().subarray(0, -1))
    farWire.handler.onEnd()
    expect(log.errors).to.have.lengthOf(1)
    expect(log.errors[0]).to.have.property('code', 'ERR_NOISE_LENGTH')
  })

  it('refuses a record that comes again, and delivers nothing of it', () => {
    const { near, far, nearWire, farWire } = pair()
    const log = new Recorder()
    far.handler = log
    far.resume()
    near.write([Uint8Array.of(1)])
    const record = nearWire.written()
    farWire.receive(record.slice())
    farWire.receive(record.slice())
    expect([...log.bytes]).to.deep.equal([1])
    expect(log.errors[0]).to.have.property('code', 'ERR_NOISE_DECRYPT')
  })

  it('survives any bytes: the connection ends with a reason', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), pieces => {
      const { far, farWire } = pair()
      const log = new Recorder()
      far.handler = log
      far.resume()
      pieces.forEach(piece => { farWire.receive(piece) })
      expect(log.bytes).to.have.lengthOf(0)
      expect(log.errors.every(error => error.name === 'NoiseError')).to.equal(true)
    }))
  })

  it('aborts when its key was used too often', () => {
    const wire = new WireChannel()
    const cipher = (): CipherState => new CipherState(crypto, new Uint8Array(32), Number.MAX_SAFE_INTEGER)
    const channel = new NoiseChannel(wire, { send: cipher(), receive: cipher() })
    const log = new Recorder()
    channel.handler = log
    channel.write([Uint8Array.of(1)])
    expect(wire.written()).to.have.lengthOf(0)
    expect(log.errors[0]).to.have.property('code', 'ERR_NOISE_NONCE')
  })

  it('is what a handshake on channels gives, with the first records behind it', async () => {
    const { left, right } = await secured()
    const log = new Recorder()
    const three = new Promise<void>(resolve => { log.onPiece = () => { log.bytes.length >= 3 && resolve() } })
    left.channel.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
    right.channel.handler = log
    right.channel.resume()
    await three
    expect([...log.bytes]).to.deep.equal([1, 2, 3])
  })

  it('ends with the reason of the channel below when that ends in the handshake', async () => {
    const [outbound] = await streamPair()
    const privateKey = await generateKeyPair('Ed25519')
    const encrypter = noise()({ privateKey, upgrader: { getStreamMuxers: () => new Map() } }) as Noise
    const channel = channelOf(outbound)
    const securing = encrypter.secureChannel(channel, { direction: 'outbound' })
    channel.abort(new Error('too late'))
    await expect(securing).to.eventually.be.rejectedWith('too late')
  })
})
