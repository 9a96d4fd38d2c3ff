import { expect } from 'aegir/chai'
import { fromNetAddress, toNetAddress, WebSocketAddressError } from '../src/index.ts'
import { thrownBy } from './helpers.ts'
import type { NetAddress } from '@libp2p-ws/core'

const PEER = '12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA'

describe('fromNetAddress', () => {
  const made: Array<[NetAddress, string]> = [
    [{ host: '127.0.0.1', port: 0, family: 4 }, '/ip4/127.0.0.1/tcp/0/ws'],
    [{ host: '::', port: 4001, family: 6 }, '/ip6/::/tcp/4001/ws'],
    [{ host: 'fe80::1', port: 4001, family: 6, zone: 'eth0' }, '/ip6zone/eth0/ip6/fe80::1/tcp/4001/ws'],
    [{ host: 'example.com', port: 80 }, '/dns/example.com/tcp/80/ws'],
    [{ host: 'example.com', port: 80, family: 4 }, '/dns4/example.com/tcp/80/ws'],
    [{ host: 'example.com', port: 80, family: 6 }, '/dns6/example.com/tcp/80/ws']
  ]

  for (const [address, ma] of made) {
    it(`makes ${ma}, and toNetAddress makes the net address of it`, () => {
      expect(fromNetAddress(address).toString()).to.equal(ma)
      expect(toNetAddress(ma)).to.deep.equal(address)
    })
  }

  it('takes what else a WebSocket address says', () => {
    expect(fromNetAddress({ host: '192.0.2.1', port: 443 }, { secure: true, sni: 'example.com', path: '/a', peerId: PEER }).toString())
      .to.equal(`/ip4/192.0.2.1/tcp/443/tls/sni/example.com/ws/http-path/a/p2p/${PEER}`)
    expect(fromNetAddress({ host: '192.0.2.1', port: 443 }, { form: 'wss' }).toString())
      .to.equal('/ip4/192.0.2.1/tcp/443/wss')
  })

  it('takes no port or host from the options', () => {
    const options = { host: 'b', port: 2, secure: true }

    expect(fromNetAddress({ host: 'a', port: 1 }, options).toString()).to.equal('/dns/a/tcp/1/tls/ws')
  })

  it('refuses a bad net address', () => {
    const address = { host: '127.0.0.1', port: 65_536 }
    const error = thrownBy(() => fromNetAddress(address))

    expect(error).to.be.an.instanceOf(WebSocketAddressError)
    expect(error).to.include({ parameter: 'net address', part: 'port: 65536', value: address })
    expect(error.message).to.include(JSON.stringify(address))
  })

  it('refuses what is no object', () => {
    expect(thrownBy(() => fromNetAddress(undefined as unknown as NetAddress))).to.be.an.instanceOf(WebSocketAddressError)
  })
})
