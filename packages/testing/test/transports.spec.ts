import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { transportSuite } from '../src/index.ts'
import { connectSocket } from '../src/node.ts'
import { simulatedSetUp } from './helpers/simulated-set-up.ts'

describe('transportSuite on the simulated network', () => {
  const { setUp, connectRaw } = simulatedSetUp()
  transportSuite(setUp, { connectRaw })
})

describe('transportSuite on @libp2p/tcp', () => {
  transportSuite(({ dialer, listener }) => ({
    dialer: tcp()(dialer),
    listener: tcp()(listener),
    listenOn: ['/ip4/127.0.0.1/tcp/0', '/ip6/::1/tcp/0'],
    foreign: ['/ip4/127.0.0.1/udp/4001/quic-v1', '/ip4/127.0.0.1/tcp/4001/ws', '/memory/1']
  }), {
    capabilities: { checksAddresses: false },
    connectRaw: connectSocket
  })
})

describe('transportSuite on @libp2p/memory', () => {
  let count = 0

  transportSuite(({ dialer, listener }) => ({
    dialer: memory()(dialer),
    listener: memory()(listener),
    listenOn: [`/memory/${++count}`, `/memory/${++count}`],
    foreign: ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/udp/4001/quic-v1']
  }), {
    capabilities: { checksAddresses: false, dialedRemoteAddr: false, writeBackpressure: false, readBackpressure: false }
  })
})
