import { expect } from 'aegir/chai'
import { formatWebSocketMultiaddr, parseWebSocketMultiaddr, toWebSocketMultiaddr, WebSocketAddressError } from '../src/index.ts'
import { thrownBy } from './helpers.ts'
import type { WebSocketAddressInit } from '../src/index.ts'

const PEER = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'

describe('toWebSocketMultiaddr', () => {
  const made: Array<[WebSocketAddressInit, string]> = [
    [{ host: '127.0.0.1', port: 80 }, '/ip4/127.0.0.1/tcp/80/ws'],
    [{ host: '127.0.0.1', port: 443, secure: true }, '/ip4/127.0.0.1/tcp/443/tls/ws'],
    [{ host: '127.0.0.1', port: 443, form: 'wss' }, '/ip4/127.0.0.1/tcp/443/wss'],
    [{ host: '127.0.0.1', port: 80, family: 4, secure: false, form: 'ws' }, '/ip4/127.0.0.1/tcp/80/ws'],
    [{ host: '0:0::1', port: 80 }, '/ip6/::1/tcp/80/ws'],
    [{ host: 'FE80::1', port: 80, zone: 'eth0' }, '/ip6zone/eth0/ip6/fe80::1/tcp/80/ws'],
    [{ host: 'example.com', port: 80 }, '/dns/example.com/tcp/80/ws'],
    [{ host: 'example.com', port: 80, family: 4 }, '/dns4/example.com/tcp/80/ws'],
    [{ host: 'example.com', port: 80, family: 6 }, '/dns6/example.com/tcp/80/ws'],
    [{ host: 'example.com', port: 443, secure: true, implicitPort: true }, '/dns/example.com/tls/ws'],
    [{ host: '192.0.2.1', port: 443, secure: true, sni: 'example.com' }, '/ip4/192.0.2.1/tcp/443/tls/sni/example.com/ws'],
    [{ host: 'a', port: 1, path: '/' }, '/dns/a/tcp/1/ws'],
    [{ host: 'a', port: 1, path: '/b/c?' }, '/dns/a/tcp/1/ws/http-path/b%2Fc%3F'],
    [{ host: 'a', port: 1, path: '/b', peerId: PEER }, `/dns/a/tcp/1/ws/http-path/b/p2p/${PEER}`],
    [{ host: 'a', port: 1, path: '/b', peerId: PEER, pathAfterPeerId: true }, `/dns/a/tcp/1/ws/p2p/${PEER}/http-path/b`]
  ]

  for (const [init, string] of made) {
    it(`makes ${string} from ${JSON.stringify(init)}`, () => {
      expect(toWebSocketMultiaddr(init).toString()).to.equal(string)
      expect(formatWebSocketMultiaddr(init)).to.equal(string)
      expect(formatWebSocketMultiaddr(parseWebSocketMultiaddr(string))).to.equal(string)
    })
  }

  const refused: Array<[Record<string, unknown>, string]> = [
    [{ port: 80 }, 'host: undefined'],
    [{ host: '', port: 80 }, 'host: '],
    [{ host: '[::1]', port: 80 }, 'host: [::1]'],
    [{ host: 'fe80::1%eth0', port: 80 }, 'host: fe80::1%eth0'],
    [{ host: 'a/tcp/1', port: 80 }, 'host: a/tcp/1'],
    [{ host: '127.1', port: 80 }, 'host: 127.1'],
    [{ host: 'a' }, 'port: undefined'],
    [{ host: 'a', port: '80' }, 'port: 80'],
    [{ host: 'a', port: 65_536 }, 'port: 65536'],
    [{ host: 'a', port: -1 }, 'port: -1'],
    [{ host: 'a', port: 1.5 }, 'port: 1.5'],
    [{ host: 'a', port: NaN }, 'port: NaN'],
    [{ host: 'a', port: 80, family: 5 }, 'family: 5'],
    [{ host: '127.0.0.1', port: 80, family: 6 }, 'family: 6'],
    [{ host: '::1', port: 80, family: 4 }, 'family: 4'],
    [{ host: 'a', port: 80, zone: 'eth0' }, 'zone: eth0'],
    [{ host: '127.0.0.1', port: 80, zone: 'eth0' }, 'zone: eth0'],
    [{ host: '::1', port: 80, zone: 'eth0/tcp' }, 'zone: eth0/tcp'],
    [{ host: '::1', port: 80, zone: 'a'.repeat(65) }, `zone: ${'a'.repeat(65)}`],
    [{ host: '::1', port: 80, zone: 1 }, 'zone: 1'],
    [{ host: Object.create(null), port: 80 }, 'host: unprintable'],
    [{ host: ['a'], port: 80 }, 'host: a'],
    [{ host: 'a', port: 80, secure: 'yes' }, 'secure: yes'],
    [{ host: 'a', port: 80, secure: true, form: 'ws' }, 'secure: true'],
    [{ host: 'a', port: 80, secure: false, form: 'wss' }, 'secure: false'],
    [{ host: 'a', port: 80, form: 'quic' }, 'form: quic'],
    [{ host: 'a', port: 81, implicitPort: true }, 'implicitPort: true'],
    [{ host: 'a', port: 80, secure: true, implicitPort: true }, 'implicitPort: true'],
    [{ host: 'a', port: 80, sni: 'b' }, 'sni: b'],
    [{ host: 'a', port: 80, form: 'wss', sni: 'b' }, 'sni: b'],
    [{ host: 'a', port: 80, secure: true, sni: 'b/ws' }, 'sni: b/ws'],
    [{ host: 'a', port: 80, secure: true, sni: 1 }, 'sni: 1'],
    [{ host: 'a', port: 80, path: 'b' }, 'path: b'],
    [{ host: 'a', port: 80, path: '' }, 'path: '],
    [{ host: 'a', port: 80, path: '/a\r\nb' }, 'path: /a\r\nb'],
    [{ host: 'a', port: 80, path: '/\ud800' }, 'path: /\ud800'],
    [{ host: 'a', port: 80, path: 1 }, 'path: 1'],
    [{ host: 'a', port: 80, peerId: 'b' }, 'peerId: b'],
    [{ host: 'a', port: 80, peerId: 1 }, 'peerId: 1'],
    [{ host: 'a', port: 80, path: '/b', pathAfterPeerId: true }, 'pathAfterPeerId: true']
  ]

  for (const [init, part] of refused) {
    it(`refuses ${JSON.stringify(part)} of ${JSON.stringify(init)}`, () => {
      const error = thrownBy(() => toWebSocketMultiaddr(init as unknown as WebSocketAddressInit))

      expect(error).to.be.an.instanceOf(WebSocketAddressError)
      expect(error).to.include({ parameter: 'address', part, value: init })
    })
  }

  it('refuses a value that JSON cannot print', () => {
    const error = thrownBy(() => toWebSocketMultiaddr({ host: 'a', port: 80n as unknown as number }))

    expect(error).to.include({ name: 'WebSocketAddressError', part: 'port: 80' })
    expect(error.message).to.equal('address unprintable: "port: 80": not an integer from 0 to 65535')
  })

  it('refuses what is no object', () => {
    for (const value of [undefined, null, 1, '/dns/a/ws']) {
      expect(thrownBy(() => toWebSocketMultiaddr(value as unknown as WebSocketAddressInit))).to.be.an.instanceOf(WebSocketAddressError)
    }
  })
})
