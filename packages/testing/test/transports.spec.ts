import { memory } from '@libp2p/memory'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { transportSuite } from '../src/index.ts'
import { connectSocket } from '../src/node.ts'
import { exchangeIdentity } from '../src/upgrade/exchange-identity.ts'
import { onUpgrade } from './helpers/broken/break.ts'
import { simulatedSetUp } from './helpers/simulated-set-up.ts'
import type { Break } from './helpers/broken/break.ts'
import type { PrivateKey, UpgraderWithoutEncryptionOptions } from '@libp2p/interface'

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

describe('transportSuite on a transport with identities and streams of its own', () => {
  const muxerFactory = yamux({ enableKeepAlive: false, maxInboundStreams: 10_000, maxOutboundStreams: 10_000 })()
  const identifying = (privateKey: PrivateKey): Break => onUpgrade(async (upgrade, connection, options) => {
    const remotePeer = await exchangeIdentity(connection, privateKey.publicKey, options.signal)

    return upgrade(connection, { ...options, skipEncryption: true, remotePeer, muxerFactory } as UpgraderWithoutEncryptionOptions)
  })
  const { setUp } = simulatedSetUp()

  transportSuite(async components => {
    const setup = await setUp(components)
    identifying(components.dialer.privateKey)(setup.dialer)

    if (setup.listener != null) {
      identifying(components.listener.privateKey)(setup.listener)
    }

    return setup
  }, {
    capabilities: { rawConnection: false }
  })
})
