/* eslint-disable no-console */
// Dials a peer that has two addresses which hang before the one that works:
//
//     node main.ts [--stock]
//
// With --stock, js-libp2p does so without the service.
import { createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { createNode, createStockNode } from './nodes.ts'
import type { AddressInfo, Server } from 'node:net'

// lower ports are dialed first: the peer gets the highest
const servers = await Promise.all([listenAndSayNothing(), listenAndSayNothing(), listenAndSayNothing()])
const [first, second, last] = servers.map(server => server.address() as AddressInfo).sort((a, b) => a.port - b.port)
servers.find(server => (server.address() as AddressInfo).port === last?.port)?.close()

const listener = await createStockNode([toMultiaddr(last)])
const addresses = [first, second, last].map(server => multiaddr(`${toMultiaddr(server)}/p2p/${listener.peerId}`))

const isStock = process.argv.includes('--stock')
const node = isStock ? await createStockNode() : await createNode(console.log)
const start = performance.now()

try {
  const { remoteAddr } = await node.dial(addresses)
  console.log(`connected to ${remoteAddr} after ${elapsed()} ms`)
} catch (err) {
  console.log(`not connected after ${elapsed()} ms: ${err}`)
}

// the addresses that hang would be waited for
process.exit()

/** Takes TCP connections, and that is all. */
async function listenAndSayNothing (): Promise<Server> {
  const server = createServer(socket => { socket.on('error', () => {}) })

  return new Promise(resolve => { server.listen(0, '127.0.0.1', () => { resolve(server) }) })
}

function toMultiaddr (server: AddressInfo | undefined): string {
  return `/ip4/127.0.0.1/tcp/${server?.port}/ws`
}

function elapsed (): number {
  return Math.round(performance.now() - start)
}
