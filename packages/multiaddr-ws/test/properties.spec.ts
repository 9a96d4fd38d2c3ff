import { multiaddr } from '@multiformats/multiaddr'
import { WebSockets, WebSocketsSecure } from '@multiformats/multiaddr-matcher'
import { multiaddrToUri } from '@multiformats/multiaddr-to-uri'
import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { formatWebSocketMultiaddr, fromNetAddress, fromUrl, isWebSocketMultiaddr, parseWebSocketMultiaddr, toNetAddress, toUrl, toWebSocketMultiaddr, WebSocketAddressError } from '../src/index.ts'
import { anyString, netAddress, webSocketAddress } from './arbitraries.ts'
import { toHex } from './helpers.ts'
import type { WebSocketAddress } from '../src/index.ts'

const RUNS = { numRuns: 1_000 }

/** The address, or undefined where the error is ours; fails on any other error. */
function tryParse (text: string): WebSocketAddress | undefined {
  try {
    return parseWebSocketMultiaddr(text)
  } catch (error) {
    if (!(error instanceof WebSocketAddressError)) {
      throw error
    }
  }
}

describe('round trips', () => {
  it('address → string → address', () => {
    fc.assert(fc.property(webSocketAddress, address => {
      const string = formatWebSocketMultiaddr(address)

      expect(parseWebSocketMultiaddr(string)).to.deep.equal(address)
      expect(formatWebSocketMultiaddr(parseWebSocketMultiaddr(string))).to.equal(string)
    }), RUNS)
  })

  it('address → Multiaddr → bytes → Multiaddr → address', () => {
    fc.assert(fc.property(webSocketAddress, address => {
      const ma = toWebSocketMultiaddr(address)

      expect(ma.toString()).to.equal(formatWebSocketMultiaddr(address))
      expect(parseWebSocketMultiaddr(ma)).to.deep.equal(address)
      expect(parseWebSocketMultiaddr(multiaddr(ma.bytes))).to.deep.equal(address)
    }), RUNS)
  })

  it('net address → Multiaddr → net address', () => {
    fc.assert(fc.property(netAddress, address => {
      expect(toNetAddress(fromNetAddress(address))).to.deep.equal(address)
    }), RUNS)
  })

  it('address → URL → address keeps what a URL has', () => {
    fc.assert(fc.property(webSocketAddress, address => {
      const url = toUrl(address)
      const back = parseWebSocketMultiaddr(fromUrl(url))

      expect(back).to.include({ host: (address.sni ?? address.host).toLowerCase(), port: address.port, secure: address.secure })
      expect(back.zone).to.equal(address.sni === undefined ? address.zone : undefined)
      // Dot segments are resolved on the way, as in every URL.
      expect(toUrl(back)).to.equal(address.path === undefined ? url : toUrl(fromUrl(url)))
    }), RUNS)
  })

  it('URL → address → URL', () => {
    const webUrl = fc.webUrl({
      validSchemes: ['ws', 'wss', 'http', 'https'],
      authoritySettings: { withIPv4: true, withIPv6: true, withPort: true }
    })

    fc.assert(fc.property(webUrl, text => {
      const url = URL.parse(text.replace(/^http/, 'ws'))
      // fast-check makes hosts such as 1.2.3.com. but never one that a URL refuses.
      expect(url).to.be.an.instanceOf(URL)
      expect(new URL(toUrl(fromUrl(text))).href).to.equal(url?.href.replace(/'|%27/g, "'"))
    }), RUNS)
  })
})

describe('any string', () => {
  it('is refused with our error or read as multiaddr reads it', () => {
    let accepted = 0

    fc.assert(fc.property(anyString, text => {
      const address = tryParse(text)
      expect(isWebSocketMultiaddr(text)).to.equal(address !== undefined)

      if (address !== undefined) {
        const ma = multiaddr(text)
        accepted++

        expect(toHex(toWebSocketMultiaddr(address).bytes)).to.equal(toHex(ma.bytes))
        expect(multiaddr(ma.bytes).toString()).to.equal(formatWebSocketMultiaddr(address))
        expect(parseWebSocketMultiaddr(ma)).to.deep.equal(address)
      }
    }), { numRuns: 10_000 })

    expect(accepted).to.be.above(1_000)
  })

  it('that is refused is also refused as a Multiaddr', () => {
    fc.assert(fc.property(anyString, text => {
      const ma = tryMultiaddr(text)

      // The string of a Multiaddr differs from the text where multiaddr repairs it.
      if (ma !== undefined && ma === text && !isWebSocketMultiaddr(text)) {
        expect(isWebSocketMultiaddr(multiaddr(text))).to.be.false()
      }
    }), RUNS)
  })

  it('that is taken for a WebSocket address is one to js-libp2p', () => {
    fc.assert(fc.property(anyString, text => {
      const address = tryParse(text)

      if (address !== undefined && address.path === undefined) {
        const matcher = address.secure ? WebSocketsSecure : WebSockets

        expect(matcher.exactMatch(multiaddr(text))).to.be.true()
      }
    }), RUNS)
  })

  it('is taken for a URL or refused with our error', () => {
    fc.assert(fc.property(fc.oneof(anyString, fc.webUrl(), fc.tuple(fc.constantFrom('ws://', 'wss://[', 'http:'), fc.string({ unit: 'binary' })).map(parts => parts.join(''))), text => {
      try {
        expect(isWebSocketMultiaddr(fromUrl(text))).to.be.true()
      } catch (error) {
        expect(error).to.be.an.instanceOf(WebSocketAddressError)
      }
    }), RUNS)
  })
})

describe('toUrl', () => {
  it('is what multiaddr-to-uri makes, where that can', () => {
    const plain = webSocketAddress.filter(({ zone, path, peerId, implicitPort }) => zone === undefined && path === undefined && peerId === undefined && implicitPort === undefined)

    fc.assert(fc.property(plain, address => {
      expect(toUrl(address)).to.equal(multiaddrToUri(toWebSocketMultiaddr(address)))
    }), RUNS)
  })
})

function tryMultiaddr (text: string): string | undefined {
  try {
    return multiaddr(text).toString()
  } catch {}
}
