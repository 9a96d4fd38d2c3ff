/** The recipes of README that bring a server of somebody else's; those with nginx and HAProxy are in reverse-proxies.spec.ts. */
import { createServer } from 'node:http'
import { echo } from '@libp2p/echo'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { expect } from 'aegir/chai'
import express from 'express'
import { fastify } from 'fastify'
import { createLibp2p } from 'libp2p'
import { webSockets } from '../src/index.ts'
import type { Echo } from '@libp2p/echo'
import type { Libp2p } from '@libp2p/interface'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

type Node = Libp2p<{ echo: Echo }>

describe('a node on a server', () => {
  const nodes: Node[] = []

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(async node => { await node.stop() }))
  })

  async function createNode (listen: string[], server?: Server): Promise<Node> {
    const node = await createLibp2p({
      addresses: { listen },
      transports: [webSockets(server === undefined ? {} : { server })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { echo: echo() }
    })
    nodes.push(node)

    return node
  }

  /** The application and the node have the port together, and the application keeps it when the node stops. */
  async function expectToShare (server: Server): Promise<void> {
    const { port } = server.address() as AddressInfo
    const page = `http://127.0.0.1:${port}/`
    const node = await createNode(['/ip4/127.0.0.1/tcp/0/ws/http-path/libp2p'], server)
    const dialer = await createNode([])
    expect(node.getMultiaddrs().map(String)).to.deep.equal([`/ip4/127.0.0.1/tcp/${port}/ws/http-path/libp2p/p2p/${node.peerId}`])

    const bytes = new Uint8Array(100_000).map((_, index) => index * 31)
    expect((await dialer.services.echo.echo(node.getMultiaddrs(), bytes)).subarray()).to.equalBytes(bytes)
    expect(await (await fetch(page)).text()).to.equal('the application')

    await node.stop()
    expect(await (await fetch(page)).text()).to.equal('the application')
  }

  it('with Express', async () => {
    const app = express()
    app.get('/', (_, response) => { response.send('the application') })
    const server = createServer(app)
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })

    await expectToShare(server)
    server.close()
  })

  it('with Fastify', async () => {
    const app = fastify()
    app.get('/', async () => 'the application')
    await app.listen({ port: 0, host: '127.0.0.1' })

    await expectToShare(app.server)
    await app.close()
  })
})
