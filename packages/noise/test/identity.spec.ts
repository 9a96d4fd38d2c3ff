import { generateKeyPair as generateIdentity, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { streamPair } from '@libp2p/utils'
import { channelOf } from '@libp2p-ws/byte-channel'
import { identityOf } from '@libp2p-ws/identity'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { crypto, generateKeyPair } from '../src/crypto/node.ts'
import { HandshakeMessages } from '../src/handshake-messages.ts'
import { Identity, verifyIdentity } from '../src/identity.ts'
import { noise } from '../src/index.ts'
import { encodePayload, Handshake } from '../src/sans-io/index.ts'
import type { Noise } from '../src/index.ts'
import type { PrivateKey } from '@libp2p/interface'

const STATIC = new Uint8Array(32).fill(1)

async function payloadOf (key: PrivateKey, staticKey: Uint8Array, change: { identityKey?: Uint8Array, identitySig?: Uint8Array } = {}): Promise<Uint8Array> {
  const identitySig = await key.sign(Buffer.concat([Buffer.from('noise-libp2p-static-key:'), staticKey]))

  return encodePayload({ identityKey: publicKeyToProtobuf(key.publicKey), identitySig, streamMuxers: [], ...change })
}

describe('the identity of the far end', () => {
  for (const type of ['Ed25519', 'secp256k1', 'RSA', 'ECDSA'] as const) {
    it(`is taken from a key of type ${type} that signed the static key`, async () => {
      const key = await generateIdentity(type as 'Ed25519')
      const { peer } = await verifyIdentity(await new Identity(key, STATIC).payload([]), STATIC, undefined)

      expect(peer.equals(identityOf(key).peerId)).to.equal(true)
      expect(peer.type).to.equal(type)
    })
  }

  it('is refused with an ECDSA key that is not encoded as the specification has it', async () => {
    const key = await generateIdentity('ECDSA')

    await expect(payloadOf(key, STATIC).then(async payload => verifyIdentity(payload, STATIC, undefined)))
      .to.eventually.be.rejected().with.property('code', 'ERR_NOISE_PAYLOAD')
  })

  it('is refused where another static key was signed', async () => {
    const payload = await payloadOf(await generateIdentity('Ed25519'), new Uint8Array(32).fill(2))

    await expect(verifyIdentity(payload, STATIC, undefined)).to.eventually.be.rejected().with.property('code', 'ERR_NOISE_SIGNATURE')
  })

  it('is refused where somebody else signed', async () => {
    const [key, other] = await Promise.all([generateIdentity('Ed25519'), generateIdentity('Ed25519')])
    const payload = await payloadOf(key, STATIC, { identityKey: publicKeyToProtobuf(other.publicKey) })

    await expect(verifyIdentity(payload, STATIC, undefined)).to.eventually.be.rejected().with.property('code', 'ERR_NOISE_SIGNATURE')
  })

  it('is refused with any other signature, and with any key that is none', async () => {
    const key = await generateIdentity('Ed25519')

    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 80 }), async garbage => {
      await expect(payloadOf(key, STATIC, { identitySig: garbage }).then(async payload => verifyIdentity(payload, STATIC, undefined)))
        .to.eventually.be.rejected().with.property('code', 'ERR_NOISE_SIGNATURE')
      await expect(payloadOf(key, STATIC, { identityKey: garbage }).then(async payload => verifyIdentity(payload, STATIC, undefined)))
        .to.eventually.be.rejected().with.property('code').that.is.oneOf(['ERR_NOISE_PAYLOAD', 'ERR_NOISE_SIGNATURE'])
    }), { numRuns: 100 })
  })

  it('is refused where another peer was expected', async () => {
    const [key, other] = await Promise.all([generateIdentity('Ed25519'), generateIdentity('Ed25519')])

    await expect(verifyIdentity(await payloadOf(key, STATIC), STATIC, peerIdFromPrivateKey(other)))
      .to.eventually.be.rejected().with.property('name', 'UnexpectedPeerError')
  })

  it('is refused in the middle of a handshake that is right otherwise, at both ends', async () => {
    const [key, impostor] = await Promise.all([generateIdentity('Ed25519'), generateIdentity('Ed25519')])
    const staticKey = generateKeyPair()
    const forged = await payloadOf(impostor, staticKey.publicKey, { identityKey: publicKeyToProtobuf(key.publicKey) })

    for (const direction of ['outbound', 'inbound'] as const) {
      const [near, far] = await streamPair()
      const encrypter = noise()({ privateKey: await generateIdentity('Ed25519'), upgrader: { getStreamMuxers: () => new Map() } }) as Noise
      const secured = encrypter.secureChannel(channelOf(near), { direction })
      const handshake = new Handshake({ crypto, initiator: direction === 'inbound', staticKey, ephemeralKey: generateKeyPair() })
      const messages = new HandshakeMessages(channelOf(far))

      if (direction === 'inbound') {
        messages.write(handshake.writeMessage(new Uint8Array()))
      }

      handshake.readMessage(await messages.read())
      messages.write(handshake.writeMessage(forged))
      await expect(secured).to.eventually.be.rejected().with.property('code', 'ERR_NOISE_SIGNATURE')
    }
  })
})
