import { multiaddr } from '@multiformats/multiaddr'
import { WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import { expect } from 'aegir/chai'
import { formatWebSocketMultiaddr, isWebSocketMultiaddr, parseWebSocketMultiaddr, toNetAddress, toUrl, toWebSocketMultiaddr, WebSocketAddressError } from '../src/index.ts'
import { fromHex, thrownBy, toHex } from './helpers.ts'
import { invalid, valid } from './vectors.ts'

describe('valid vectors', () => {
  for (const vector of valid) {
    describe(`${vector.note}: ${vector.string}`, () => {
      it('is parsed from the string', () => {
        expect(parseWebSocketMultiaddr(vector.string)).to.deep.equal(vector.address)
        expect(isWebSocketMultiaddr(vector.string)).to.be.true()
      })

      it('is parsed from a Multiaddr', () => {
        expect(parseWebSocketMultiaddr(multiaddr(vector.string))).to.deep.equal(vector.address)
        expect(isWebSocketMultiaddr(multiaddr(vector.string))).to.be.true()
      })

      it('is parsed from the bytes of js and of go', () => {
        expect(parseWebSocketMultiaddr(multiaddr(fromHex(vector.jsBytes ?? vector.bytes)))).to.deep.equal(vector.address)
        expect(parseWebSocketMultiaddr(multiaddr(fromHex(vector.bytes)))).to.deep.equal(vector.address)
      })

      it('is formatted', () => {
        const ma = toWebSocketMultiaddr(vector.address)

        expect(formatWebSocketMultiaddr(vector.address)).to.equal(vector.normalized)
        expect(ma.toString()).to.equal(vector.normalized)
        expect(toHex(ma.bytes)).to.equal(vector.jsBytes ?? vector.bytes)
        expect(toHex(multiaddr(vector.string).bytes)).to.equal(vector.jsBytes ?? vector.bytes)
      })

      it('has its URL and net address, from each form of the address', () => {
        for (const form of [vector.string, multiaddr(vector.string), vector.address]) {
          expect(toUrl(form)).to.equal(vector.url)
          expect(toNetAddress(form)).to.deep.equal(vector.netAddress)
        }
      })

      if (vector.address.path === undefined) {
        it('is what js-libp2p takes for a WebSocket address', () => {
          const matcher = vector.address.secure ? WebSocketsSecure : WebSockets

          expect(matcher.exactMatch(multiaddr(vector.string))).to.be.true()
        })
      }
    })
  }
})

describe('invalid vectors', () => {
  for (const vector of invalid) {
    it(`${vector.note}: ${JSON.stringify(vector.string)}`, () => {
      const error = thrownBy(() => parseWebSocketMultiaddr(vector.string))

      expect(error).to.be.an.instanceOf(WebSocketAddressError)
      expect(error).to.have.property('part', vector.part)
      expect(error).to.have.property('value', vector.string)
      expect(error.message).to.include(JSON.stringify(vector.string)).and.to.include(vector.part === '' ? '' : JSON.stringify(vector.part))
      expect(isWebSocketMultiaddr(vector.string)).to.be.false()
    })
  }
})
