import { transportSuite } from '@libp2p-ws/testing'
import { connectSocket } from '@libp2p-ws/testing/node'
import { webSockets } from '../src/index.ts'
import { Authority, FINDS_IPV6 } from './fixtures/certificates.ts'
import { FRAMINGS } from './fixtures/framings.ts'

const FOREIGN = ['/ip4/127.0.0.1/tcp/4001', '/ip4/127.0.0.1/udp/4001/quic-v1', '/memory/1']

for (const framing of FRAMINGS) {
  describe(`transportSuite over /ws, framing ${framing}`, () => {
    transportSuite(({ dialer, listener }) => ({
      dialer: webSockets({ framing })(dialer),
      listener: webSockets({ framing })(listener),
      listenOn: ['/ip4/127.0.0.1/tcp/0/ws', '/ip6/::1/tcp/0/ws'],
      foreign: FOREIGN
    }), {
      capabilities: { abortCode: true },
      connectRaw: connectSocket
    })
  })
}

describe('transportSuite over /tls/ws', () => {
  transportSuite(async ({ dialer, listener }) => {
    const authority = await Authority.create()
    const https = await authority.issue({ ip: ['127.0.0.1', '::1'] })

    return {
      dialer: webSockets({ tls: { ca: authority.ca } })(dialer),
      listener: webSockets({ https })(listener),
      listenOn: ['/ip4/127.0.0.1/tcp/0/tls/ws', ...(FINDS_IPV6 ? ['/ip6/::1/tcp/0/tls/ws'] : [])],
      foreign: FOREIGN
    }
  }, {
    capabilities: { abortCode: true },
    connectRaw: connectSocket
  })
})
