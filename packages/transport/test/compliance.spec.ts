import tests from '@libp2p/interface-compliance-tests/transport'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { WebSockets } from '@multiformats/multiaddr-matcher'
import { webSockets } from '../src/index.ts'
import type { Libp2pInit } from 'libp2p'

describe('interface-transport compliance', () => {
  tests({
    async setup () {
      const stack: Libp2pInit = {
        transports: [webSockets()],
        connectionEncrypters: [noise()],
        streamMuxers: [yamux()],
        connectionManager: { inboundConnectionThreshold: Infinity }
      }

      return {
        dialer: stack,
        listener: {
          ...stack,
          addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws', '/ip4/127.0.0.1/tcp/0/ws'] }
        },
        dialMultiaddrMatcher: WebSockets,
        listenMultiaddrMatcher: WebSockets
      }
    },
    async teardown () {}
  })
})
