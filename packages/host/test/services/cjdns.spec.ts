import { plaintext } from '@libp2p/plaintext'
import { yamux } from '@libp2p/yamux'
import { defaultDialRanker } from '@libp2p-ws/dialer'
import { SimulatedNetwork, systemClock } from '@libp2p-ws/testing'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { OURS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Libp2p } from '@libp2p/interface'

// cjdns gives a machine an address in fc00::/8 by its public key; sockets are the system's
const A = '/ip6/fc12:3456:789a:bcde::1'
const B = '/ip6/fcff:eeee:dddd:cccc::2'

describe('cjdns', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  it('carries any transport, on addresses that count as private: announced without being verified', async () => {
    const network = new SimulatedNetwork({ clock: systemClock })
    const node = async (address: string): Promise<Libp2p> => nodes.add(await OURS.createLibp2p({
      addresses: { listen: [`${address}/tcp/4001`] },
      transports: [network.addHost({ addresses: [address] }).transport()],
      connectionEncrypters: [plaintext()],
      streamMuxers: [yamux()]
    }))
    const [dialer, listener] = [await node(A), await node(B)]

    expect(listener.getMultiaddrs().map(String)).to.deep.equal([`${B}/tcp/4001/p2p/${listener.peerId}`])
    await dialer.dial(listener.getMultiaddrs())
  })

  it('is ranked as a private network: dialed at once beside public addresses, the next one 30 ms later', () => {
    const ranked = defaultDialRanker([`${A}/tcp/4001`, `${B}/tcp/4001`, '/ip4/81.1.2.3/tcp/4001'].map(address => multiaddr(address)))
    const delays = Object.fromEntries(ranked.map(({ address, delay }) => [address.toString(), delay]))

    expect(delays).to.deep.equal({ [`${A}/tcp/4001`]: 0, [`${B}/tcp/4001`]: 30, '/ip4/81.1.2.3/tcp/4001': 0 })
  })
})
