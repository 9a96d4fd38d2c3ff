import { generateKeyPair } from '@libp2p/crypto/keys'
import { InvalidValueError } from '@libp2p-ws/core'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { createRelay } from '../src/index.ts'
import { defaultListenAddress, withFreePort } from '../src/listen-addresses.ts'
import { formatPrivateKey, readPrivateKey } from '../src/private-key.ts'
import { clientKey } from '../src/remote-address.ts'
import type { RelayOptions } from '../src/index.ts'

describe('options', () => {
  const invalid: Array<[RelayOptions, string]> = [
    [{ port: -1 }, 'port'],
    [{ port: 65536 }, 'port'],
    [{ port: NaN }, 'port'],
    [{ files: ['/no/such/directory'] }, 'files'],
    [{ key: 'fish' }, 'key'],
    [{ listen: ['fish'] }, 'listen'],
    [{ peers: ['fish'] }, 'peer'],
    [{ peers: ['/ip4/127.0.0.1/tcp/1/ws'] }, 'peer'],
    [{ limits: { maxStreams: -1 } }, 'limits.maxStreams']
  ]

  for (const [options, parameter] of invalid) {
    it(`cannot be ${JSON.stringify(options)}`, async () => {
      const err = await createRelay({ port: 0, ...options }).then(() => undefined, (err: unknown) => err)

      expect(err).to.be.an.instanceOf(InvalidValueError).with.property('parameter', parameter)
    })
  }

  it('never repeat a key in an error', async () => {
    const err = await readPrivateKey('c2VjcmV0').then(() => undefined, (err: unknown) => err)

    expect(`${err}${JSON.stringify(err)}`).to.not.contain('c2VjcmV0')
  })

  it('have keys that come back as they were', async () => {
    const text = formatPrivateKey(await generateKeyPair('Ed25519'))

    expect(formatPrivateKey(await readPrivateKey(text))).to.equal(text)
  })

  it('have peers listen where pages are served', () => {
    for (const [addr, expected] of [
      ['127.0.0.1', '/ip4/127.0.0.1/tcp/0/ws'],
      ['localhost', '/ip4/127.0.0.1/tcp/0/ws'],
      ['192.0.2.1', '/ip4/192.0.2.1/tcp/0/ws'],
      ['::1', '/ip6/::1/tcp/0/ws'],
      ['', '/ip4/0.0.0.0/tcp/0/ws'],
      ['::', '/ip4/0.0.0.0/tcp/0/ws'],
      ['relay.example', '/ip4/0.0.0.0/tcp/0/ws']
    ] as const) {
      expect(defaultListenAddress(addr)).to.equal(expected)
    }
  })

  it('have sessions listen on a free port of the same host', () => {
    expect(withFreePort(multiaddr('/ip4/192.0.2.1/tcp/4001/ws')).toString()).to.equal('/ip4/192.0.2.1/tcp/0/ws')
    expect(withFreePort(multiaddr('/ip6/::1/tcp/0/ws')).toString()).to.equal('/ip6/::1/tcp/0/ws')
  })
})

describe('the address of a client', () => {
  it('is its IPv4 address, however that is written', () => {
    expect(clientKey('192.0.2.1')).to.equal('192.0.2.1')
    expect(clientKey('::ffff:192.0.2.1')).to.equal('192.0.2.1')
  })

  it('is the /64 of its IPv6 address', () => {
    for (const address of ['2001:db8::1', '2001:db8:0:0:1::', '2001:0db8:0:0:ffff:ffff:ffff:ffff', '2001:db8::7%eth0']) {
      expect(clientKey(address)).to.equal('2001:db8:0:0::/64')
    }

    expect(clientKey('2001:db8:0:1::1')).to.equal('2001:db8:0:1::/64')
    expect(clientKey('::1')).to.equal('0:0:0:0::/64')
  })
})
