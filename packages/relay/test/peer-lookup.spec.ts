import { circuitRelayServer, circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { NotFoundError, peerRoutingSymbol } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { bytes } from './helpers/bytes.ts'
import { Relays } from './helpers/relays.ts'
import { WireClient } from './helpers/wire-client.ts'
import type { Libp2p, PeerId, PeerInfo } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

const PROTOCOL = '/x/test'
const NOWHERE = '12D3KooWJtQS28tJSqVLtLipBBHNBt3VERzHEb1dFs6dHxe2DLBf'

describe('finding a peer', () => {
  const relays = new Relays()
  const others: Libp2p[] = []

  /** A js-libp2p host that takes any stream of the protocol. */
  async function startOther (options: Partial<Libp2pOptions> = {}): Promise<Libp2p> {
    const host = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
      ...options
    })
    others.push(host)
    await host.handle(PROTOCOL, () => {}, { runOnLimitedConnection: true })

    return host
  }

  afterEach(async () => {
    await relays.closeAll()
    await Promise.all(others.splice(0).map(async host => host.stop()))
  })

  it('that the relay connects to at its start', async () => {
    const other = await startOther()
    const relay = await relays.start({ peers: other.getMultiaddrs().map(String) })
    const browser = await WireClient.start(relay)
    browser.connect(other.peerId.toString(), PROTOCOL)

    expect(await browser.next('peer-connection')).to.have.property('peerId', other.peerId.toString())
  })

  it('by peer routing', async () => {
    const other = await startOther()
    const routing = {
      async findPeer (id: PeerId): Promise<PeerInfo> {
        if (!id.equals(other.peerId)) {
          throw new NotFoundError('not here')
        }

        return { id, multiaddrs: other.getMultiaddrs() }
      }
    }
    const relay = await relays.start({ services: { routing: () => ({ [peerRoutingSymbol]: routing }) } })
    const browser = await WireClient.start(relay)
    browser.connect(other.peerId.toString(), PROTOCOL)
    expect(await browser.next('peer-connection')).to.have.property('peerId', other.peerId.toString())

    browser.connect(NOWHERE, PROTOCOL)
    expect(await browser.next('peer-connection-refused')).to.have.property('error').that.matches(/no address of it is known/)
  })

  it('that has connected to the browser', async () => {
    const relay = await relays.start()
    const browser = await WireClient.start(relay)
    const other = await startOther({ addresses: { listen: [] } })
    const { multiaddr } = await import('@multiformats/multiaddr')
    await other.dial(multiaddr(`${browser.identity?.addresses[0]}/p2p/${browser.peerId}`))
    browser.connect(other.peerId.toString(), PROTOCOL)

    expect(await browser.next('peer-connection')).to.have.property('peerId', other.peerId.toString())
  })

  describe('through a circuit relay', () => {
    async function startHidden (): Promise<{ circuit: string, hidden: string }> {
      const circuit = await startOther({ services: { identify: identify(), relay: circuitRelayServer({ reservations: { applyDefaultLimit: false } }) } })
      const [address] = circuit.getMultiaddrs()
      const hidden = await startOther({
        addresses: { listen: [`${address}/p2p-circuit`] },
        transports: [webSockets(), circuitRelayTransport()]
      })

      return { circuit: `${address}`, hidden: hidden.peerId.toString() }
    }

    for (const [what, relayName] of [
      ['a multiaddr', (circuit: string) => circuit],
      ['a multiaddr with /p2p-circuit', (circuit: string) => `${circuit}/p2p-circuit`]
    ] as const) {
      it(`that is named by ${what}`, async () => {
        const { circuit, hidden } = await startHidden()
        const relay = await relays.start({ transports: [circuitRelayTransport()] })
        const browser = await WireClient.start(relay)
        browser.connect(hidden, PROTOCOL, { relay: relayName(circuit) })

        expect(await browser.next('peer-connection')).to.have.property('peerId', hidden)
      })
    }

    it('that is named by a peer id', async () => {
      const { circuit, hidden } = await startHidden()
      const relay = await relays.start({ transports: [circuitRelayTransport()], peers: [circuit] })
      const browser = await WireClient.start(relay)
      const relayId = circuit.split('/p2p/')[1] ?? ''
      browser.send(bytes(5, 0, 0, PROTOCOL.length, PROTOCOL, 0, relayId.length, relayId, hidden))

      expect(await browser.next('peer-connection')).to.have.property('peerId', hidden)
    })

    for (const [what, name, error] of [
      ['nothing for circuits', `/ip4/127.0.0.1/tcp/9/ws/p2p/${NOWHERE}`, /this relay has no transport for \/ip4/],
      ['a multiaddr without a peer id', '/ip4/127.0.0.1/tcp/9/ws', /has no peer id/],
      ['a relay that is neither', 'somewhere', /neither a multiaddr nor a peer id/],
      ['a relay that nobody knows', NOWHERE, /no address of relay .* is known/],
      ['a bad multiaddr', '/ip4/x', /Could not decode peer addr: \/ip4\/x/]
    ] as const) {
      it(`is refused with ${what}`, async () => {
        const relay = await relays.start()
        const browser = await WireClient.start(relay)
        browser.connect(NOWHERE, PROTOCOL, { relay: name })

        expect(await browser.next('peer-connection-refused')).to.deep.include({ peer: NOWHERE, protocol: PROTOCOL }).and.have.property('error').that.matches(error)
      })
    }
  })
})
