import { plaintext } from '@libp2p/plaintext'
import { uPnPNAT } from '@libp2p/upnp-nat'
import { yamux } from '@libp2p/yamux'
import { SimulatedNetwork, systemClock } from '@libp2p-ws/testing'
import { expect } from 'aegir/chai'
import { eventually } from '../fixtures/eventually.ts'
import { OURS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'

/** A router that maps every port to the same one of its public address. */
const gateway = {
  id: 'test-router',
  family: 'IPv4',
  map: async (internalPort: number, internalHost: string) => ({ internalHost, internalPort, externalHost: '81.1.2.3', externalPort: internalPort, protocol: 'TCP' }),
  stop: async () => {}
}

describe('upnp-nat', () => {
  const nodes = new Nodes()

  afterEach(async () => { await nodes.stop() })

  it('announces the public address of a router that maps the port', async () => {
    const network = new SimulatedNetwork({ clock: systemClock })
    const node = nodes.add(await OURS.createLibp2p({
      addresses: { listen: ['/ip4/192.168.1.10/tcp/4001'] },
      transports: [network.addHost({ addresses: ['/ip4/192.168.1.10'] }).transport()],
      connectionEncrypters: [plaintext()],
      streamMuxers: [yamux()],
      services: {
        upnp: uPnPNAT({
          autoConfirmAddress: true,
          externalAddress: '81.1.2.3',
          gateways: ['http://192.168.1.1'],
          portMappingClient: { getGateway: async () => gateway } as any
        })
      }
    }))

    await eventually(() => node.getMultiaddrs().length === 2)
    expect(node.getMultiaddrs().map(String)).to.deep.equal([`/ip4/192.168.1.10/tcp/4001/p2p/${node.peerId}`, `/ip4/81.1.2.3/tcp/4001/p2p/${node.peerId}`])
  })
})
