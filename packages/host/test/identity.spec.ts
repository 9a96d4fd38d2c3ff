import { generateKeyPair } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { expect } from 'aegir/chai'
import { identityOf as inPage } from '../src/identity.browser.ts'
import { identityOf } from '../src/identity.ts'
import { createLibp2p } from '../src/index.ts'

describe('who a node is', () => {
  for (const type of ['Ed25519', 'secp256k1', 'RSA'] as const) {
    it(`${type}: js-libp2p's peer id, in a page too`, async () => {
      const privateKey = await generateKeyPair(type as 'Ed25519')
      const expected = peerIdFromPrivateKey(privateKey).toString()

      expect(identityOf(privateKey).peerId.toString()).to.equal(expected)
      expect(inPage(privateKey).peerId.toString()).to.equal(expected)
    })
  }

  it('ECDSA: not in a page', async () => {
    const privateKey = await generateKeyPair('ECDSA')

    expect(identityOf(privateKey).peerId.type).to.equal('ECDSA')
    expect(() => inPage(privateKey)).to.throw().with.property('name', 'UnsupportedKeyTypeError')
  })

  it('without a key: a new Ed25519 one, which is written to the options and signs', async () => {
    const [a, b]: Array<Parameters<typeof createLibp2p>[0]> = [{ start: false }, { start: false }]
    const nodes = [await createLibp2p(a), await createLibp2p(b)]
    const message = Uint8Array.of(1, 2, 3)
    const signature = await a?.privateKey?.sign(message) ?? new Uint8Array()

    expect(a?.privateKey?.type).to.equal('Ed25519')
    expect(nodes[0]?.peerId.toString()).to.not.equal(nodes[1]?.peerId.toString())
    expect(await nodes[0]?.peerId.publicKey?.verify(message, signature)).to.be.true()
    expect(await nodes[1]?.peerId.publicKey?.verify(message, signature)).to.be.false()
  })
})
