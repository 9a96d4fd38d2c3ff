import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { addressInfo } from '../../src/sans-io/address-info.ts'
import { isLinkLocal6, isUnspecified } from '../../src/sans-io/ip-ranges.ts'
import type { AddressScope } from '../../src/sans-io/ip-ranges.ts'

describe('what an address says of itself', () => {
  // go-multiaddr, net/private.go
  const scopes: Array<[AddressScope | undefined, string[]]> = [
    ['private', ['/ip4/127.0.0.1', '/ip4/10.255.0.1', '/ip4/100.64.0.1', '/ip4/172.31.255.255', '/ip4/192.168.0.1', '/ip4/169.254.1.1', '/ip6/::1', '/ip6/fd00::1', '/ip6/fe80::1', '/ip6zone/eth0/ip6/fe80::1', '/ip6/::ffff:127.0.0.1', '/dns4/localhost', '/dns/a.localhost']],
    ['public', ['/ip4/1.1.1.1', '/ip4/100.128.0.1', '/ip4/172.32.0.1', '/ip4/192.0.0.170', '/ip6/2001:4860:4860::8888', '/ip6/64:ff9b::102:304', '/ip6/64:ff9b:1::1', '/ip6/::ffff:1.1.1.1', '/dns4/example.com', '/dns6/example.com', '/dnsaddr/bootstrap.libp2p.io']],
    ['unroutable', ['/ip4/0.1.2.3', '/ip4/192.0.0.1', '/ip4/203.0.113.9', '/ip4/224.0.0.1', '/ip4/255.255.255.255', '/ip6/ff02::1', '/ip6/2001:db8::1', '/ip6/1::2', '/dns4/a.invalid', '/dns4/printer.local', '/dns/x.home.arpa']],
    [undefined, ['/onion3/vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd:1234', '/memory/1']]
  ]

  for (const [scope, addresses] of scopes) {
    for (const address of addresses) {
      it(`${address} is ${scope ?? 'neither private nor public'}`, () => {
        expect(addressInfo(multiaddr(address)).scope).to.equal(scope)
      })
    }
  }

  const infos: Array<[string, Partial<ReturnType<typeof addressInfo>>]> = [
    ['/ip4/1.2.3.4/tcp/80/ws', { transport: 'ws', port: 80, isTcp: true, isUdp: false, isRelay: false, usesFd: true, family: 4, isIp: true, host: '1.2.3.4' }],
    ['/ip6/2001::1/tcp/443/tls/sni/example.com/ws', { transport: 'ws', port: 443, family: 6 }],
    ['/dns4/example.com/tcp/443/wss', { transport: 'ws', family: 4, isIp: false, host: 'example.com' }],
    ['/dns/example.com/wss', { transport: 'ws', port: 0, isTcp: true, usesFd: true }],
    ['/ip4/1.2.3.4/tcp/4001', { transport: 'tcp', isTcp: true, usesFd: true }],
    ['/ip4/1.2.3.4/udp/4001/quic-v1', { transport: 'quic-v1', isUdp: true, usesFd: false }],
    ['/ip4/1.2.3.4/udp/4001/quic', { transport: 'quic' }],
    ['/ip4/1.2.3.4/udp/4001/quic-v1/webtransport', { transport: 'webtransport' }],
    ['/ip4/1.2.3.4/udp/4001/webrtc-direct', { transport: 'webrtc-direct', isUdp: true }],
    ['/unix/%2Ftmp%2Fx', { transport: 'other', usesFd: true }],
    ['/ip4/1.2.3.4/tcp/4001/p2p/12D3KooWJRdJ2V9ZEQ2LUw9PpPRGY9NV5vqNpVeFuqQk1dDQdB1a/p2p-circuit', { transport: 'tcp', isRelay: true, usesFd: false }]
  ]

  for (const [address, info] of infos) {
    it(address, () => {
      expect(addressInfo(multiaddr(address))).to.deep.include(info)
    })
  }

  it('tells unspecified and link-local IPs', () => {
    expect(['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::0.0.0.0'].every(isUnspecified)).to.equal(true)
    expect(['0.0.0.1', '::1', '100.0.0.0', 'a::'].some(isUnspecified)).to.equal(false)
    expect(['fe80::1', 'febf::1', 'fec0::1', '::1'].map(isLinkLocal6)).to.deep.equal([true, true, false, false])
  })
})
