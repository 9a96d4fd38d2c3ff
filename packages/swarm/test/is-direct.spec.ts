import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { isDirect } from '../src/is-direct.ts'

const RELAY = '/ip4/1.2.3.4/tcp/1/p2p/12D3KooWSExt8hTzoaHEhn435BTK6BPNSY1LpTc1j2o9Gw53tXE1'
const PEER = '/p2p/12D3KooWD5At1PYcuSoR9KfUvyKmoi1j4Uh5v3UaFGoZsoz9Gh9t'

const ADDRESSES: Record<string, boolean> = {
  '/ip4/1.2.3.4/tcp/1': true,
  [RELAY]: true,
  [`${RELAY}/p2p-circuit`]: false,
  [`${RELAY}/p2p-circuit${PEER}`]: false,
  [`${RELAY}/p2p-circuit/webrtc${PEER}`]: true
}

describe('a connection', () => {
  for (const [address, direct] of Object.entries(ADDRESSES)) {
    it(`to ${address} is ${direct ? 'direct' : 'relayed'}`, () => {
      expect(isDirect(multiaddr(address))).to.equal(direct)
    })
  }
})
