import { echo } from '@libp2p/echo'
import { noise } from '@libp2p/noise'
import { webSockets as jsWebSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import { createLibp2p } from 'libp2p'
import { webSockets } from '../src/index.ts'
import { event } from './fixtures/streams.ts'
import type { Echo } from '@libp2p/echo'
import type { Connection, Libp2p, Transport } from '@libp2p/interface'

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
