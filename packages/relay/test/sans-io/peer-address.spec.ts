import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { encodeAscii85, formatPeerAddress, parsePeerAddress } from '../../src/sans-io/index.ts'

const encode = (json: string): string => `/addrs/${encodeAscii85(new TextEncoder().encode(json))}`

describe('a peer id with addresses', () => {
  it('is what a Go client makes of it', () => {
    const text = '/addrs/HQmE?ATC@1,!$o&1.3okDf8]$/0\\M5A9)`83a3d]BlGm^0et[?0J5%30e[WYE%a%&0JObWI/'
    const address = { peerId: '12D3KooW', addresses: ['/ip4/127.0.0.1/tcp/4101'] }

    expect(formatPeerAddress(address)).to.equal(text)
    expect(parsePeerAddress(text)).to.deep.equal(address)
  })

  it('is read with keys in any case, others ignored and none required', () => {
    expect(parsePeerAddress(encode('{"PEERID":"Q","Addrs":["/a"],"type":1}'))).to.deep.equal({ peerId: 'Q', addresses: ['/a'] })
    expect(parsePeerAddress(encode('{}'))).to.deep.equal({ peerId: '', addresses: [] })
    expect(parsePeerAddress(encode('{"peerID":null,"addrs":null}'))).to.deep.equal({ peerId: '', addresses: [] })
  })

  for (const [what, text] of [
    ['another prefix', '/addr/z'],
    ['text that is not ascii85', '/addrs/~~~'],
    ['bytes that are not UTF-8', '/addrs/s8W-!'],
    ['text that is not JSON', encode('{')],
    ['a list', encode('[]')],
    ['null', encode('null')],
    ['a peer id that is no text', encode('{"peerID":1}')],
    ['addresses that are no list', encode('{"addrs":"/a"}')],
    ['addresses that are no texts', encode('{"addrs":[1]}')]
  ] as const) {
    it(`is not ${what}`, () => {
      expect(() => parsePeerAddress(text)).to.throw(Error)
    })
  }

  it('comes back as it was', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string({ unit: 'grapheme' })), (peerId, addresses) => {
      expect(parsePeerAddress(formatPeerAddress({ peerId, addresses }))).to.deep.equal({ peerId, addresses })
    }))
  })
})
