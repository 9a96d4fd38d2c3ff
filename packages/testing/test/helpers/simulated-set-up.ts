import { SimulatedNetwork, systemClock } from '../../src/index.ts'
import type { ConnectRaw, SetUp, SimulatedHost } from '../../src/index.ts'

/** The simulated network in real time: a transport that does all that the suite asks. */
export function simulatedSetUp (): { setUp: SetUp, connectRaw: ConnectRaw } {
  let stranger: SimulatedHost | undefined

  return {
    setUp: ({ dialer, listener }) => {
      const network = new SimulatedNetwork({ clock: systemClock, link: { latency: 0 } })
      const far = network.addHost({ addresses: ['/ip4/192.0.2.1', '/dns4/far.example'] })
      stranger = network.addHost()

      return {
        dialer: network.addHost().transport()(dialer),
        listener: far.transport()(listener),
        listenOn: ['/ip4/192.0.2.1/tcp/0', '/ip4/0.0.0.0/tcp/0/ws', '/dns4/far.example/tcp/443/tls/ws', '/ip4/192.0.2.1/udp/0/quic-v1'],
        foreign: ['/ip4/192.0.2.1/udp/53', '/memory/1', '/ip4/192.0.2.1/tcp/1/p2p/12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5/p2p-circuit'],
        openResources: () => network.sockets().map(({ direction, state, address }) => `${direction} ${state} ${address}`)
      }
    },
    connectRaw: async address => {
      if (stranger == null) {
        throw new Error('there is no network yet')
      }

      return stranger.connectRaw(address)
    }
  }
}
