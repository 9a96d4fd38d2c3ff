import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { FakeClock, SimulatedNetwork } from '../src/index.ts'
import type { SimulatedHost } from '../src/index.ts'
import type { Libp2p, Stream } from '@libp2p/interface'

const LATENCY = 500
const PROTOCOL = '/upper-case/1.0.0'

async function createNode (host: SimulatedHost): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/0.0.0.0/tcp/4001'] },
    transports: [host.transport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ enableKeepAlive: false })],
    connectionGater: { denyDialMultiaddr: () => false },
    connectionMonitor: { enabled: false }
  })
}

async function readAll (stream: Stream): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''

  for await (const data of stream) {
    text += decoder.decode(data.subarray(), { stream: true })
  }

  return text
}

describe('js-libp2p on a SimulatedNetwork', () => {
  it('dials, secures, multiplexes and talks in virtual time, over a link of 1 s round trip', async () => {
    // noise works in a thread pool, and utils' byte streams use setTimeout(0)
    const clock = new FakeClock({ grace: 5 })
    const network = new SimulatedNetwork({ clock, link: { latency: LATENCY } })
    const hosts = [network.addHost(), network.addHost({ addresses: ['/ip4/192.0.2.1'] })] as const
    const [dialer, listener] = await Promise.all([createNode(hosts[0]), createNode(hosts[1])])

    try {
      await listener.handle(PROTOCOL, async stream => {
        stream.send(new TextEncoder().encode((await readAll(stream)).toUpperCase()))
        await stream.close()
      })

      const address = multiaddr(`/ip4/192.0.2.1/tcp/4001/p2p/${listener.peerId}`)
      const stream = await clock.runUntil(dialer.dialProtocol(address, PROTOCOL))
      // one for TCP, then at least multistream-select, noise (1.5), multistream-select for the stream
      expect(clock.now()).to.be.within(3 * 2 * LATENCY, 10 * 2 * LATENCY)

      const answer = readAll(stream)
      stream.send(new TextEncoder().encode('over there'))
      await stream.close()
      expect(await clock.runUntil(answer)).to.equal('OVER THERE')
    } finally {
      await clock.runUntil(Promise.all([dialer.stop(), listener.stop()]))
    }

    expect(network.sockets()).to.deep.equal([])
  })
})
