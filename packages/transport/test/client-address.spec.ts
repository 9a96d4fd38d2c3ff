import { expect } from 'aegir/chai'
import fc from 'fast-check'
import { AddressCounter, addressGroup } from '../src/node/address-counter.ts'
import { TrustedProxies } from '../src/node/client-address.ts'
import { parseProxyHeader } from '../src/node/proxy-protocol.ts'

describe('trusted proxies', () => {
  const from = { address: '10.1.2.3', port: 4000 }

  function client (header: Record<string, string>, ranges = ['10.0.0.0/8'], sender = from): unknown {
    const source = 'forwarded' in header ? 'forwarded' : 'x-forwarded-for'

    return new TrustedProxies(ranges, source).clientOf(sender, header)
  }

  it('are believed', () => {
    expect(client({ 'x-forwarded-for': '192.0.2.1' })).to.deep.equal({ address: '192.0.2.1', port: 0 })
    expect(client({ 'x-forwarded-for': '192.0.2.1:4711' })).to.deep.equal({ address: '192.0.2.1', port: 4711 })
    expect(client({ 'x-forwarded-for': '2001:db8::1' })).to.deep.equal({ address: '2001:db8::1', port: 0 })
    expect(client({ 'x-forwarded-for': '[2001:db8::1]:4711' })).to.deep.equal({ address: '2001:db8::1', port: 4711 })
    expect(client({ forwarded: 'for=192.0.2.1;proto=https;by=10.0.0.1' })).to.deep.equal({ address: '192.0.2.1', port: 0 })
    expect(client({ forwarded: 'proto=https; For="[2001:db8::1]:4711"' })).to.deep.equal({ address: '2001:db8::1', port: 4711 })
  })

  it('are the only ones that are believed', () => {
    const stranger = { address: '192.0.2.9', port: 1 }
    expect(client({ 'x-forwarded-for': '198.51.100.1' }, ['10.0.0.0/8'], stranger)).to.equal(stranger)
    expect(client({ 'x-forwarded-for': '198.51.100.1' }, [], from)).to.equal(from)
    expect(client({ 'x-forwarded-for': '198.51.100.1' }, ['10.1.2.4'], from)).to.equal(from)
  })

  it('are read from the right, as far as they are trusted', () => {
    const header = '203.0.113.66, 192.0.2.1, 10.9.9.9'
    expect(client({ 'x-forwarded-for': header })).to.deep.equal({ address: '192.0.2.1', port: 0 })
    expect(client({ forwarded: 'for=203.0.113.66, for=192.0.2.1, for=10.9.9.9' })).to.deep.equal({ address: '192.0.2.1', port: 0 })
  })

  it('end where an entry is no address', () => {
    expect(client({ 'x-forwarded-for': '192.0.2.1, unknown' })).to.equal(from)
    expect(client({ 'x-forwarded-for': '192.0.2.1, 10.9.9.9, , 10.8.8.8' })).to.deep.equal({ address: '10.8.8.8', port: 0 })
    expect(client({ forwarded: 'for=192.0.2.1, for=_hidden' })).to.equal(from)
    expect(client({ forwarded: 'proto=https' })).to.equal(from)
    expect(client({ 'x-forwarded-for': '192.0.2.1:99999' })).to.equal(from)
  })

  it('say it in one header, so that another one cannot be forged', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8'], 'x-forwarded-for')
    expect(proxies.clientOf(from, { forwarded: 'for=203.0.113.66', 'x-forwarded-for': '192.0.2.1' })).to.deep.equal({ address: '192.0.2.1', port: 0 })
  })

  it('that send PROXY headers are not believed in others', () => {
    const proxies = new TrustedProxies(['10.0.0.0/8'], 'proxy-protocol')
    expect(proxies.clientOf(from, { forwarded: 'for=203.0.113.66', 'x-forwarded-for': '203.0.113.66' })).to.equal(from)
  })

  it('are addresses and CIDR ranges', () => {
    for (const range of ['', 'proxy.example', '10.0.0.0/33', '10.0.0.0/', '::1/129', '10.0.0.0/-1', '10.0.0.0/1.5']) {
      expect(() => new TrustedProxies([range])).to.throw().with.include({ name: 'InvalidValueError', parameter: 'trustedProxies', value: range })
    }

    const proxies = new TrustedProxies(['10.0.0.0/8', '2001:db8::/32', '::1'])
    expect(['10.255.0.1', '2001:db8:1::', '::1', '::ffff:10.0.0.1'].map(address => proxies.has(address))).to.deep.equal([true, true, true, true])
    expect(['11.0.0.1', '2001:db9::', '::2', 'x', ''].map(address => proxies.has(address))).to.deep.equal([false, false, false, false, false])
  })

  it('never end the process, whatever they send', () => {
    const proxies = { forwarded: new TrustedProxies(['0.0.0.0/0', '::/0'], 'forwarded'), xff: new TrustedProxies(['0.0.0.0/0', '::/0']) }
    const header = fc.oneof(fc.string(), fc.array(fc.constantFrom('for=', '"', '[', ']', ':', ',', ';', ' ', '1.2.3.4', '::1', '%', '80')).map(parts => parts.join('')))

    fc.assert(fc.property(header, header => {
      for (const client of [proxies.forwarded.clientOf(from, { forwarded: header }), proxies.xff.clientOf(from, { 'x-forwarded-for': header })]) {
        expect(client.address).to.match(/^[0-9a-f.:]+$/i)
        expect(client.port).to.be.within(0, 65_535)
      }
    }))
  })
})

describe('PROXY headers', () => {
  const SIGNATURE = '0d0a0d0a000d0a515549540a'

  it('of version 1', () => {
    expect(parse('PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\nGET')).to.deep.equal(complete(41, '192.0.2.1', 56324))
    expect(parse('PROXY TCP6 2001:db8::1 ::1 1 2\r\n')).to.deep.equal(complete(32, '2001:db8::1', 1))
    expect(parse('PROXY UNKNOWN\r\n')).to.deep.equal({ state: 'complete', length: 15, client: undefined })
    expect(parse('PROXY UNKNOWN ffff:: ffff:: 1 2\r\n')).to.deep.equal({ state: 'complete', length: 33, client: undefined })
  })

  it('of version 2', () => {
    const ip4 = `${SIGNATURE}2111000cc00002010a000001dc0401bb`
    expect(parse(ip4, 'hex')).to.deep.equal(complete(28, '192.0.2.1', 56324))
    const ip6 = `${SIGNATURE}21210024${'20010db8000000000000000000000001'.repeat(2)}000101bb`
    expect(parse(ip6, 'hex')).to.deep.equal(complete(52, '2001:db8:0:0:0:0:0:1', 1))
    const withExtension = `${SIGNATURE}21110010c00002010a000001dc0401bb04000100`
    expect(parse(withExtension, 'hex')).to.deep.equal(complete(32, '192.0.2.1', 56324))
    expect(parse(`${SIGNATURE}20000000`, 'hex')).to.deep.equal({ state: 'complete', length: 16, client: undefined })
    expect(parse(`${SIGNATURE}21310000`, 'hex')).to.deep.equal({ state: 'complete', length: 16, client: undefined })
  })

  it('that are none', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'PROXY TCP4 192.0.2.1\r\n', 'PROXY TCP5 192.0.2.1 10.0.0.1 1 2\r\n', 'PROXY TCP6 192.0.2.1 10.0.0.1 1 2\r\n', 'PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n', 'PROXY TCP4 192.0.2.1 10.0.0.1 -1 2\r\n', `PROXY ${'x'.repeat(200)}`]) {
      expect(parse(text), text).to.deep.equal({ state: 'invalid' })
    }

    for (const hex of [`${SIGNATURE}1111000c`, `${SIGNATURE}2211000c`, `${SIGNATURE}2111ffff`, `${SIGNATURE}21110004c0000201`, `${SIGNATURE.slice(0, -2)}00`]) {
      expect(parse(hex, 'hex'), hex).to.deep.equal({ state: 'invalid' })
    }
  })

  it('cut anywhere are incomplete', () => {
    const whole = ['PROXY TCP4 192.0.2.1 10.0.0.1 56324 443\r\n', Buffer.from(`${SIGNATURE}2111000cc00002010a000001dc0401bb`, 'hex').toString('latin1')]

    for (const header of whole) {
      for (let length = 0; length < header.length; length++) {
        expect(parse(header.slice(0, length))).to.deep.equal({ state: 'incomplete' })
      }
    }
  })

  it('of any bytes are read or refused', () => {
    fc.assert(fc.property(fc.constantFrom('', 'PROXY ', Buffer.from(SIGNATURE, 'hex').toString('latin1')), fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest])
      const header = parseProxyHeader(bytes)

      if (header.state === 'complete') {
        expect(header.length).to.be.at.most(bytes.length)
      }
    }))
  })

  function parse (text: string, encoding: 'latin1' | 'hex' = 'latin1'): unknown {
    return parseProxyHeader(Buffer.from(text, encoding))
  }

  function complete (length: number, address: string, port: number): unknown {
    return { state: 'complete', length, client: { address, port } }
  }
})

describe('counting by address', () => {
  it('takes an IPv6 /56 for one', () => {
    expect(addressGroup('192.0.2.1')).to.equal('192.0.2.1')
    expect(addressGroup('::ffff:192.0.2.1')).to.equal('192.0.2.1')
    expect(addressGroup('2001:db8:1:2ab::1')).to.equal('2001:db8:1:200::/56')
    expect(addressGroup('2001:db8:1:2cd:1:2:3:4')).to.equal('2001:db8:1:200::/56')
    expect(addressGroup('2001:db8:1:3ab::1')).to.equal('2001:db8:1:300::/56')
    expect(addressGroup('::1')).to.equal('0:0:0:0::/56')
    expect(addressGroup('fe80::1%eth0')).to.equal('fe80:0:0:0::/56')
    expect(addressGroup('64:ff9b::192.0.2.1')).to.equal('64:ff9b:0:0::/56')
  })

  it('never counts more than the limits, nor forgets', () => {
    const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', undefined), release: fc.boolean() })

    fc.assert(fc.property(fc.array(step), fc.nat(5), fc.nat(3), (steps, max, maxPerAddress) => {
      const counter = new AddressCounter(max, maxPerAddress)
      const held: Array<{ address: string | undefined, release(): void }> = []

      for (const { address, release } of steps) {
        const same = held.filter(other => other.address === address).length
        const expected = held.length < max && (address === undefined || same < maxPerAddress)

        if (release) {
          const one = held.shift()
          one?.release()
          one?.release()
        } else {
          const release = counter.tryAdd(address)
          expect(release !== undefined).to.equal(expected)

          if (release !== undefined) {
            held.push({ address, release })
          }
        }

        expect(counter.total).to.equal(held.length)
      }
    }))
  })
})
