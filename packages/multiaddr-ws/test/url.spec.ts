import { expect } from 'aegir/chai'
import { fromUrl, toNetAddress, toUrl, WebSocketAddressError } from '../src/index.ts'
import { thrownBy } from './helpers.ts'

describe('toUrl', () => {
  it('has the name of the handshake where the net address has the address to dial', () => {
    const ma = '/ip4/192.0.2.1/tcp/8443/tls/sni/Example.com/ws'

    expect(toUrl(ma)).to.equal('wss://example.com:8443')
    expect(toNetAddress(ma)).to.deep.equal({ host: '192.0.2.1', port: 8443, family: 4 })
  })

  it('escapes what a path holds and a URL cannot, and leaves escapes as they are', () => {
    expect(toUrl({ host: 'a', port: 80, path: '/%41/100%/%zz/ü/ \\^[]{}|"<>`?#/\u212a' }))
      .to.equal('ws://a/%41/100%25/%25zz/%C3%BC/%20%5C%5E%5B%5D%7B%7D%7C%22%3C%3E%60%3F%23/%E2%84%AA')
  })

  it('refuses what is no WebSocket multiaddr', () => {
    expect(thrownBy(() => toUrl('/ip4/127.0.0.1/tcp/80'))).to.be.an.instanceOf(WebSocketAddressError)
  })
})

describe('fromUrl', () => {
  const taken: Array<[string, string]> = [
    ['ws://127.0.0.1:8080', '/ip4/127.0.0.1/tcp/8080/ws'],
    ['ws://127.0.0.1', '/ip4/127.0.0.1/tcp/80/ws'],
    ['ws://127.1/', '/ip4/127.0.0.1/tcp/80/ws'],
    ['wss://example.com', '/dns/example.com/tcp/443/tls/ws'],
    ['wss://example.com:443/', '/dns/example.com/tcp/443/tls/ws'],
    ['wss://example.com:80', '/dns/example.com/tcp/80/tls/ws'],
    ['WSS://Example.COM', '/dns/example.com/tcp/443/tls/ws'],
    ['http://example.com', '/dns/example.com/tcp/80/ws'],
    ['https://example.com', '/dns/example.com/tcp/443/tls/ws'],
    ['ws://[::1]:80', '/ip6/::1/tcp/80/ws'],
    ['ws://[2001:DB8:0::1]', '/ip6/2001:db8::1/tcp/80/ws'],
    ['ws://[fe80::1%25eth0]:8080/a', '/ip6zone/eth0/ip6/fe80::1/tcp/8080/ws/http-path/a'],
    ['ws://[fe80::1%25a%2Bb]', '/ip6zone/a+b/ip6/fe80::1/tcp/80/ws'],
    ['ws://bücher.example', '/dns/xn--bcher-kva.example/tcp/80/ws'],
    ['ws://a/path/to', '/dns/a/tcp/80/ws/http-path/path%2Fto'],
    ['ws://a/b/', '/dns/a/tcp/80/ws/http-path/b%2F'],
    ['ws://a/b/../c', '/dns/a/tcp/80/ws/http-path/c'],
    ['ws://a/b%20c', '/dns/a/tcp/80/ws/http-path/b%2520c'],
    ['ws://a/b%2Fc', '/dns/a/tcp/80/ws/http-path/b%252Fc'],
    ['ws://a/ü', '/dns/a/tcp/80/ws/http-path/%25C3%25BC'],
    ['ws://a//', '/dns/a/tcp/80/ws/http-path/%2F'],
    ['ws://a:0', '/dns/a/tcp/0/ws']
  ]

  for (const [url, ma] of taken) {
    it(`makes ${ma} from ${url}`, () => {
      expect(fromUrl(url).toString()).to.equal(ma)
    })
  }

  it('takes a URL object', () => {
    expect(fromUrl(new URL('wss://example.com/a')).toString()).to.equal('/dns/example.com/tcp/443/tls/ws/http-path/a')
  })

  const refused: Array<[string, string]> = [
    ['', ''],
    ['example.com', ''],
    ['//example.com', ''],
    ['ftp://example.com', 'ftp:'],
    ['mailto:a@example.com', 'mailto:'],
    // eslint-disable-next-line no-script-url
    ['javascript:alert(1)', 'javascript:'],
    ['ws:example.com', ''],
    ['ws://', ''],
    ['ws:///example.com', ''],
    ['ws://user@example.com', '…@'],
    ['ws://@example.com', '…@'],
    ['ws://example.com/?', '?'],
    ['ws://example.com/a?b=c#d', '?b=c#d'],
    ['ws://example.com?b', '?b'],
    ['ws://example.com#', '#'],
    ['ws://example.com/#d?e', '#d?e'],
    ['ws://example.com:65536', 'example.com:65536'],
    ['ws://example.com:-1', 'example.com:-1'],
    ['ws://example.com:x', 'example.com:x'],
    ['ws://:80', ':80'],
    ['ws://[::1', '[::1'],
    ['ws://[::g]', '[::g]'],
    ['ws://[fe80::1%eth0]', '[fe80::1%eth0]'],
    ['ws://[fe80::1%25]', '[fe80::1%25]'],
    ['ws://[fe80::1%25a%2Fb]', 'zone: a/b'],
    ['ws://[fe80::1%25%FF]', '%25%FF'],
    ['ws://a..b', 'host: a..b'],
    ['ws://a!b', 'host: a!b'],
    ['ws://1.2.3.4.5', '1.2.3.4.5'],
    [' ws://example.com', ' '],
    ['ws://example.com\n', '\n'],
    ['ws://exam\tple.com', '\t'],
    ['ws:\\\\example.com', '\\'],
    ['ws://example.com\\a', '\\']
  ]

  for (const [url, part] of refused) {
    it(`refuses ${JSON.stringify(url)}`, () => {
      const error = thrownBy(() => fromUrl(url))

      expect(error).to.be.an.instanceOf(WebSocketAddressError)
      expect(error).to.include({ parameter: 'url', part })
      expect(error.message).to.include(JSON.stringify(part).slice(1, -1))
    })
  }

  it('keeps credentials out of the error', () => {
    for (const url of ['ws://user:s3cret@example.com/a', 'ws://s3cret@@example.com', 'ftp://user:s3cret@example.com', 'ws:s3cret@example.com', 'ws://user:\\s3cret@example.com', 'ws://s3cret@a b', new URL('wss://s3cret@a')]) {
      const error = thrownBy(() => fromUrl(url)) as WebSocketAddressError

      expect(error.message).to.not.include('s3cret')
      expect(error.value).to.be.a('string').that.does.not.include('s3cret')
      expect(error.part).to.not.include('s3cret')
    }
  })

  it('refuses what is neither a string nor a URL', () => {
    for (const value of [undefined, null, 1, {}]) {
      expect(thrownBy(() => fromUrl(value as string))).to.be.an.instanceOf(WebSocketAddressError)
    }
  })

  it('refuses strings of a megabyte', () => {
    for (const piece of ['a', '@', ':', '/', '[', '%25', 'a@', '::', '?']) {
      for (const start of ['', 'ws:', 'ws://', 'ws://[', 'ws://[fe80::1%25']) {
        const error = thrownBy(() => fromUrl(`${start}${piece.repeat(2 ** 20 / piece.length)} `))

        expect(error).to.be.an.instanceOf(WebSocketAddressError)
        expect(error.message).to.have.property('length').that.is.below(4_000)
      }
    }
  })
})
