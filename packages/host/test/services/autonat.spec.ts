import { autoNAT } from '@libp2p/autonat'
import { autoNATv2 } from '@libp2p/autonat-v2'
import { identify } from '@libp2p/identify'
import { plaintext } from '@libp2p/plaintext'
import { lpStream } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { SimulatedNetwork, systemClock } from '@libp2p-ws/testing'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { IMPLEMENTATIONS, OURS, STOCK } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'

/** autonat believes four peers, each in a network of its own. */
const VERIFIERS = ['81.1.0.1', '82.1.0.1', '83.1.0.1', '84.1.0.1']

/** `Message { type: DIAL_RESPONSE, dialResponse: { status: E_DIAL_REFUSED = 101, …` */
const REFUSED_PREFIX = [0x08, 0x01, 0x1a, 0x19, 0x08, 101, 0x12]

describe('autonat v2', () => {
  for (const others of [OURS, STOCK]) {
    describe(`with verifiers on ${others.name}`, () => {
      const nodes = new Nodes()

      afterEach(async () => { await nodes.stop() })

      it('announces a public address once other peers have reached it', async () => {
        // public addresses, which the loopback cannot offer
        const network = new SimulatedNetwork({ clock: systemClock })
        const node = async (ip: string, { createLibp2p }: Implementation): Promise<Libp2p> => nodes.add(await createLibp2p({
          addresses: { listen: [`/ip4/${ip}/tcp/4001`] },
          transports: [network.addHost({ addresses: [`/ip4/${ip}`] }).transport()],
          connectionEncrypters: [plaintext()],
          streamMuxers: [yamux()],
          services: { identify: identify(), autonat: autoNATv2({ startupDelay: 1 }) }
        }))
        const listener = await node('80.1.0.1', OURS)
        const verifiers = await Promise.all(VERIFIERS.map(async ip => node(ip, others)))
        expect(listener.getMultiaddrs()).to.be.empty()

        for (const verifier of verifiers) {
          await verifier.dial(multiaddr(`/ip4/80.1.0.1/tcp/4001/p2p/${listener.peerId}`))
        }

        await eventually(() => listener.getMultiaddrs().length > 0)
        expect(listener.getMultiaddrs().map(String)).to.deep.equal([`/ip4/80.1.0.1/tcp/4001/p2p/${listener.peerId}`])
      })
    })
  }
})

// To verify an address, @libp2p/autonat 3.0.28 asks for a connection that is open
// already and closes it, on js-libp2p as well: only its refusals can be shown.
describe('autonat v1', () => {
  for (const { createLibp2p, name } of IMPLEMENTATIONS) {
    it(`on ${name} refuses to dial into a private network`, async () => {
      const nodes = new Nodes()

      try {
        const services = { identify: identify(), autonat: autoNAT() }
        const [client, server] = [await nodes.onWebSockets(createLibp2p, { services }), await nodes.onWebSockets(createLibp2p, { services })]
        const stream = lpStream(await client.dialProtocol(server.getMultiaddrs(), '/libp2p/autonat/1.0.0'))

        await stream.write(dialMessage(client.peerId, [multiaddr('/ip4/127.0.0.1/tcp/4001')]))

        expect([...(await stream.read()).subarray(0, 7)]).to.deep.equal(REFUSED_PREFIX)
      } finally {
        await nodes.stop()
      }
    })
  }
})

/** `Message { type: DIAL, dial: { peer: { id, addrs } } }` of the autonat v1 specification. */
function dialMessage (peer: PeerId, addresses: Multiaddr[]): Uint8Array {
  const info = [field(1, peer.toMultihash().bytes), ...addresses.map(address => field(2, address.bytes))]

  return Buffer.concat([new Uint8Array([0x08, 0x00]), field(2, field(1, Buffer.concat(info)))])
}

/** A length-delimited field of protobuf, of less than 128 bytes. */
function field (number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([new Uint8Array([number << 3 | 2, value.length]), value])
}
