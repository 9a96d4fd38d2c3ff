import { createPrivateKey, createPublicKey, generateKeyPairSync, sign as signByNode, verify as verifyByNode } from 'node:crypto'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { isPeerId, isPublicKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { decodeSignature, encodeSignature } from '../src/ecdsa-signature.ts'
import { EcdsaPublicKey, identityOf, peerIdFromPublicKey, publicKeyFromProtobuf } from '../src/index.ts'
import type { ECDSAPrivateKey } from '@libp2p/interface'

const CURVES = ['P-256', 'P-384', 'P-521'] as const

for (const curve of CURVES) {
  describe(`an ECDSA key of ${curve}`, () => {
    const data = new TextEncoder().encode('what is signed')
    let key: ECDSAPrivateKey

    before(async () => {
      key = identityOf(await generateKeyPair('ECDSA', curve)).privateKey as ECDSAPrivateKey
    })

    it('has the encodings that OpenSSL has', () => {
      const ofNode = createPrivateKey({ key: Buffer.from(key.raw), format: 'der', type: 'sec1' })

      expect(Buffer.from(key.publicKey.raw).toString('hex')).to.equal(createPublicKey(ofNode).export({ format: 'der', type: 'spki' }).toString('hex'))
    })

    it('signs so that OpenSSL can verify it', async () => {
      for (let i = 0; i < 20; i++) {
        const signature = await key.sign(data)

        expect(verifyByNode('sha256', data, createPublicKey({ key: Buffer.from(key.publicKey.raw), format: 'der', type: 'spki' }), signature)).to.equal(true)
        expect(await key.publicKey.verify(data, signature)).to.equal(true)
        expect(await key.publicKey.verify(Uint8Array.of(1), signature)).to.equal(false)
      }
    })

    it('verifies what OpenSSL signs, and no other encoding of it', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
      const read = EcdsaPublicKey.fromRaw(publicKey.export({ format: 'der', type: 'spki' }))

      for (let i = 0; i < 20; i++) {
        const signature = signByNode('sha256', data, privateKey)

        expect(await read.verify(data, signature)).to.equal(true)
        expect(await read.verify(data, signByNode('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }))).to.equal(false)
        expect(await read.verify(data, Buffer.concat([signature, Buffer.alloc(1)]))).to.equal(false)
      }
    })

    it('refuses every changed and every cut signature', async () => {
      const signature = await key.sign(data)

      for (let i = 0; i < signature.byteLength; i++) {
        const changed = Uint8Array.from(signature)
        changed[i] = (changed[i] ?? 0) ^ 1
        expect(await key.publicKey.verify(data, changed)).to.equal(false)
        expect(await key.publicKey.verify(data, signature.subarray(0, i))).to.equal(false)
      }
    })

    it('comes back from its protobuf', () => {
      const read = publicKeyFromProtobuf(publicKeyToProtobuf(key.publicKey))
      const stored = identityOf(privateKeyFromProtobuf(privateKeyToProtobuf(key)))

      expect(read).to.be.an.instanceof(EcdsaPublicKey)
      expect(read.equals(key.publicKey)).to.equal(true)
      expect(stored.privateKey.equals(key)).to.equal(true)
      expect(stored.peerId.equals(peerIdFromPublicKey(read))).to.equal(true)
    })

    it('names a peer by its hash', () => {
      const { peerId } = identityOf(key)

      expect(peerId.toMultihash().code).to.equal(0x12)
      expect(peerId.toString()).to.match(/^Qm/)
      expect(peerId.toString()).to.equal(key.publicKey.toString())
      expect(peerId.toCID().multihash.bytes).to.deep.equal(key.publicKey.toCID().multihash.bytes)
      expect(isPeerId(peerId)).to.equal(true)
      expect(isPublicKey(key.publicKey)).to.equal(true)
      expect(peerId.publicKey).to.equal(key.publicKey)
      expect(peerId.equals(peerIdFromString(peerId.toString()))).to.equal(true)
      expect(peerIdFromString(peerId.toString()).equals(peerId)).to.equal(true)
    })
  })
}

describe('a signature in DER', () => {
  const size = fc.constantFrom(32, 48, 66)

  it('is read as it was written, however small its numbers are', () => {
    const zeros = fc.nat(66)

    fc.assert(fc.property(size.chain(length => fc.uint8Array({ minLength: 2 * length, maxLength: 2 * length })), zeros, zeros, (signature, r, s) => {
      const half = signature.byteLength / 2
      signature.fill(0, 0, Math.min(r, half))
      signature.fill(0, half, half + Math.min(s, half))

      expect(decodeSignature(encodeSignature(signature), half)).to.deep.equal(signature)
    }))
  })

  it('has one encoding', () => {
    fc.assert(fc.property(size, fc.uint8Array({ maxLength: 150 }), fc.boolean(), (length, bytes, begun) => {
      const der = begun ? Uint8Array.of(0x30, bytes.byteLength, 2, ...bytes) : bytes
      const signature = decodeSignature(der, length)

      expect(signature == null || Buffer.from(encodeSignature(signature)).equals(der)).to.equal(true)
    }))
  })
})

describe('public keys', () => {
  // libp2p spec, peer-ids, "Test vectors"
  it('of the specification are read as it has them, and follow from its private keys', () => {
    const secret = '08031279307702010104203e5b1fe9712e6c314942a750bd67485de3c1efe85b1bfb520ae8f9ae3dfa4a4ca00a06082a8648ce3d030107a14403420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62'
    const encoded = '0803125b3059301306072a8648ce3d020106082a8648ce3d03010703420004de3d300fa36ae0e8f5d530899d83abab44abf3161f162a4bc901d8e6ecda020e8b6d5f8da30525e71d6851510c098e5c47c646a597fb4dcec034e9f77c409e62'
    const key = publicKeyFromProtobuf(Buffer.from(encoded, 'hex'))

    expect(key.type).to.equal('ECDSA')
    expect(Buffer.from(publicKeyToProtobuf(key)).toString('hex')).to.equal(encoded)
    expect(identityOf(privateKeyFromProtobuf(Buffer.from(secret, 'hex'))).privateKey.publicKey.equals(key)).to.equal(true)
  })

  it('of other types are those of js-libp2p', async () => {
    for (const type of ['Ed25519', 'secp256k1', 'RSA'] as const) {
      const key = await generateKeyPair(type)

      expect(publicKeyFromProtobuf(publicKeyToProtobuf(key.publicKey)).equals(key.publicKey)).to.equal(true)
      expect(identityOf(key)).to.have.property('privateKey', key)
      expect(identityOf(key).peerId.equals(peerIdFromPrivateKey(key))).to.equal(true)
    }
  })

  it('that are none throw an error', () => {
    const prefix = fc.constantFrom([], [8, 3, 18], [8, 3, 18, 91], [8, 3, 18, 158, 1])

    fc.assert(fc.property(prefix, fc.uint8Array({ maxLength: 200 }), (start, rest) => {
      expect(() => publicKeyFromProtobuf(Uint8Array.of(...start, ...rest))).to.throw()
    }))
  })

  it('that are not on their curve verify nothing', async () => {
    const key = identityOf(await generateKeyPair('ECDSA')).privateKey
    const raw = Uint8Array.from(key.publicKey.raw).fill(1, 40)

    await expect(EcdsaPublicKey.fromRaw(raw).verify(new Uint8Array(1), await key.sign(new Uint8Array(1)))).to.eventually.be.rejected.with.property('name', 'DataError')
  })
})
