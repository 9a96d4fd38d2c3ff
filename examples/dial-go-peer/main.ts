/* eslint-disable no-console */
import { ping } from '@libp2p/ping'
import { createLibp2p } from '@libp2p-ws/host'
import { noise } from '@libp2p-ws/noise'
import { webSockets } from '@libp2p-ws/transport'
import { yamux } from '@libp2p-ws/yamux'
import { multiaddr } from '@multiformats/multiaddr'

const node = await createLibp2p({
  transports: [webSockets()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { ping: ping() }
})

const address = multiaddr(process.argv[2])
const { remotePeer, encryption, multiplexer } = await node.dial(address)

console.log(`connected to ${remotePeer} with ${encryption} and ${multiplexer}`)
console.log(`a ping takes ${await node.services.ping.ping(remotePeer)} ms`)

await node.stop()
