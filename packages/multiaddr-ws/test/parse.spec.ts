import { InvalidValueError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { isWebSocketMultiaddr, parseWebSocketMultiaddr, WebSocketAddressError, WS_CODE, WSS_CODE } from '../src/index.ts'
import { fromHex, thrownBy } from './helpers.ts'

describe('codes', () => {
  it('are those of the multicodec table', () => {
    expect(multiaddr('/ws').getComponents()[0]).to.have.property('code', WS_CODE)
    expect(multiaddr('/wss').getComponents()[0]).to.have.property('code', WSS_CODE)
  })
})

describe('parseWebSocketMultiaddr', () => {
  it('throws an error that is an InvalidValueError with a name and code of its own', () => {
    const error = thrownBy(() => parseWebSocketMultiaddr('/ip4/127.0.0.1/tcp/65536/ws'))

    expect(error).to.be.an.instanceOf(InvalidValueError)
    expect(error).to.include({
      name: 'WebSocketAddressError',
      code: 'ERR_INVALID_WEBSOCKET_ADDRESS',
      parameter: 'multiaddr',
      value: '/ip4/127.0.0.1/tcp/65536/ws',
      part: '/tcp/65536',
      message: 'multiaddr "/ip4/127.0.0.1/tcp/65536/ws": "/tcp/65536": not a port, 0 to 65535 without leading zeros'
    })
  })

  it('says what is missing at the end', () => {
    expect(thrownBy(() => parseWebSocketMultiaddr('/ip4/127.0.0.1/tcp/80')).message)
      .to.equal('multiaddr "/ip4/127.0.0.1/tcp/80": expected /ws, /wss or /tls')
  })

  it('names the part of a Multiaddr, and keeps the Multiaddr', () => {
    const ma = multiaddr('/ip4/127.0.0.1/tcp/80/ws/p2p-circuit')

    expect(thrownBy(() => parseWebSocketMultiaddr(ma))).to.include({ part: '/p2p-circuit', value: ma })
  })

  it('checks the values of a Multiaddr that was built without', () => {
    const ma = multiaddr([{ code: 53, name: 'dns', value: 'a b' }, { code: WS_CODE, name: 'ws' }])

    expect(thrownBy(() => parseWebSocketMultiaddr(ma))).to.have.property('part', '/dns/a b')
  })

  it('refuses a Multiaddr whose path is the root or has control characters', () => {
    // /ip4/127.0.0.1/tcp/80/ws/http-path/%2F as go writes it, and /http-path/%0A
    for (const bytes of ['047f000001060050dd03e103012f', '047f000001060050dd03e103010a']) {
      expect(thrownBy(() => parseWebSocketMultiaddr(multiaddr(fromHex(bytes))))).to.be.an.instanceOf(WebSocketAddressError)
    }
  })

  it('refuses what is neither a string nor a Multiaddr', () => {
    for (const value of [undefined, null, 0, {}, [], Symbol('ma'), () => '/ws', Object.create(null)]) {
      expect(thrownBy(() => parseWebSocketMultiaddr(value as string))).to.be.an.instanceOf(WebSocketAddressError)
      expect(isWebSocketMultiaddr(value)).to.be.false()
    }
  })

  // Time that grows with the square of the length would be minutes here.
  it('refuses strings of a megabyte, with a short message', () => {
    const pieces = ['/', '1', ':', '0:', '.', 'a.', 'a', '%41', '%', 'Q', '12D3KooW', '/ws', '/p2p/1', '/ip6zone/a', '\u0000', 'é']
    const starts = ['', '/', '/ip4/', '/ip6/', '/ip6zone/', '/dns/', '/dns/a/tcp/', '/dns/a/ws/p2p/', '/dns/a/ws/p2p/b', '/dns/a/ws/x', '/dns/a/tls/sni/']

    for (const start of starts) {
      for (const piece of pieces) {
        const text = `${start}${piece.repeat(2 ** 20 / piece.length)}!`
        const error = thrownBy(() => parseWebSocketMultiaddr(text))

        expect(error).to.be.an.instanceOf(WebSocketAddressError)
        expect(error.message).to.have.property('length').that.is.below(4_000)
      }
    }
  })

  it('takes a path of a megabyte', () => {
    const path = 'a%2F'.repeat(2 ** 18)

    expect(parseWebSocketMultiaddr(`/dns/a/ws/http-path/${path}b`).path).to.have.property('length', 2 ** 19 + 2)
  })
})
