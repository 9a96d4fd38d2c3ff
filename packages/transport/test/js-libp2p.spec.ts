import { echo } from '@libp2p/echo'
import { noise } from '@libp2p/noise'
import { webSockets as jsWebSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { RawWebSocket } from './fixtures/raw-web-socket.ts'
import { event } from './fixtures/streams.ts'
import type { Echo } from '@libp2p/echo'
import type { Connection, Libp2p, Transport } from '@libp2p/interface'
import type { Libp2pInit } from 'libp2p'

type Node = Libp2p<{ echo: Echo }>

async function createNode (transport: (components: any) => Transport): Promise<Node> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [transport],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { echo: echo() }
  })
}

const pairs = [
  { name: 'we dial @libp2p/websockets', dialer: webSockets, listener: jsWebSockets },
  { name: '@libp2p/websockets dials us', dialer: jsWebSockets, listener: webSockets }
]

for (const pair of pairs) {
  describe(pair.name, () => {
    let dialer: Node
    let listener: Node

    beforeEach(async () => {
      [dialer, listener] = await Promise.all([createNode(pair.dialer()), createNode(pair.listener())])
    })

    afterEach(async () => {
      await Promise.all([dialer.stop(), listener.stop()])
    })

    async function connect (): Promise<{ near: Connection, far: Connection }> {
      const opened = event<CustomEvent<Connection>>(listener as unknown as EventTarget, 'connection:open')
      const near = await dialer.dial(listener.getMultiaddrs())

      return { near, far: (await opened).detail }
    }

    it('echoes 1 MiB', async () => {
      const bytes = new Uint8Array(1024 * 1024).map((_, index) => index * 31)
      const echoed = await dialer.services.echo.echo(listener.getMultiaddrs(), bytes, { signal: AbortSignal.timeout(20_000) })
      expect(echoed.subarray()).to.equalBytes(bytes)
    })

    it('closes', async () => {
      const { near, far } = await connect()
      const closed = event(far, 'close')
      await near.close()
      await closed
    })

    it('is closed', async () => {
      const { near, far } = await connect()
      const closed = event(near, 'close')
      await far.close()
      await closed
    })
  })
}

describe('js-libp2p', () => {
  const nodes: Libp2p[] = []

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(async node => { await node.stop() }))
  })

  async function start (init: Libp2pInit, listen: string[] = []): Promise<Libp2p> {
    const node = await createLibp2p({ addresses: { listen }, connectionEncrypters: [noise()], streamMuxers: [yamux()], ...init })
    nodes.push(node)

    return node
  }

  it('is told each phase of a dial, from the name to the upgrader\'s', async () => {
    const authority = await Authority.create()
    const certificate = await authority.issue({ dns: ['localhost'] })
    const listener = await start({ transports: [webSockets({ https: certificate })] }, ['/dns4/localhost/tcp/0/tls/ws'])
    const dialer = await start({ transports: [webSockets({ tls: { ca: authority.ca } })], connectionGater: { denyDialMultiaddr: () => false } })
    const phases: string[] = []
    await dialer.dial(listener.getMultiaddrs(), { onProgress: ({ type }) => { phases.push(type) } })
    expect(phases.filter(type => /^(websockets|upgrader):/.test(type))).to.deep.equal([
      'websockets:open-connection',
      'websockets:resolved',
      'websockets:tcp-connected',
      'websockets:tls-connected',
      'websockets:upgraded',
      // With it noise settles the muxer, so that no event says so.
      'upgrader:encrypt-outbound-connection'
    ])
  })

  it('gates by the client\'s address behind a trusted proxy, and by the proxy\'s where it is not trusted', async () => {
    for (const trustedProxies of [['127.0.0.1'], []]) {
      const asked = Promise.withResolvers<string>()
      const listener = await start({
        transports: [webSockets({ trustedProxies })],
        connectionGater: {
          denyInboundConnection: ({ remoteAddr }) => {
            asked.resolve(String(remoteAddr))

            return true
          }
        }
      }, ['/ip4/127.0.0.1/tcp/0/ws'])
      const port = Number(listener.getMultiaddrs()[0]?.getComponents()[1]?.value)
      const raw = await RawWebSocket.connect(port, { headers: 'X-Forwarded-For: 192.0.2.1\r\n' })
      expect(await asked.promise).to.match(trustedProxies.length > 0 ? /^\/ip4\/192\.0\.2\.1\// : /^\/ip4\/127\.0\.0\.1\//)
      await raw.closed
      expect(listener.getConnections()).to.deep.equal([])
    }
  })
})

describe('abort', () => {
  it('reaches @libp2p/websockets at once', async () => {
    const [dialer, listener] = await Promise.all([createNode(webSockets()), createNode(jsWebSockets())])

    try {
      const opened = event<CustomEvent<Connection>>(listener as unknown as EventTarget, 'connection:open')
      const near = await dialer.dial(listener.getMultiaddrs())
      const closed = event((await opened).detail, 'close')
      near.abort(new Error('no'))
      await closed
    } finally {
      await Promise.all([dialer.stop(), listener.stop()])
    }
  })
})
