import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createSwarm } from '../src/index.ts'
import type { CreateSwarmInit, Swarm } from '../src/index.ts'
import type { Stream } from '@libp2p/interface'

const open: Swarm[] = []

/** A swarm over tcp, noise and yamux on the loopback, closed by `closeAll`. */
export async function makeSwarm (init: CreateSwarmInit = {}): Promise<Swarm> {
  const swarm = await createSwarm({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    listen: [multiaddr('/ip4/127.0.0.1/tcp/0')],
    // tests leave streams open, and closing would wait for them
    connectionCloseTimeout: 50,
    ...init
  })
  open.push(swarm)

  return swarm
}

/** `from` knows where `to` listens. */
export async function introduce (from: Swarm, to: Swarm): Promise<void> {
  await from.peerStore.merge(to.localPeer, { multiaddrs: to.listenAddresses() })
}

export async function closeAll (): Promise<void> {
  await Promise.all(open.splice(0).map(async swarm => swarm.close()))
}

/** Reads until the far end closes its writing side. */
export async function readAll (stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []

  for await (const chunk of stream) {
    chunks.push(chunk.subarray())
  }

  return Buffer.concat(chunks)
}

/** Resolves with the error that `stream` ended with, undefined after an orderly end. */
export async function ended (stream: Stream): Promise<Error | undefined> {
  if (stream.status === 'reset' || stream.status === 'aborted') {
    return new Error(`stream was ${stream.status}`)
  }

  return new Promise(resolve => { stream.addEventListener('close', event => { resolve(event.error) }) })
}

export async function writeAll (stream: Stream, data: Uint8Array): Promise<void> {
  for (let offset = 0; offset < data.byteLength; offset += 65_536) {
    if (!stream.send(data.subarray(offset, offset + 65_536))) {
      await stream.onDrain()
    }
  }
}

/** Sends back what comes in and closes when the far end does. */
export async function echo (stream: Stream): Promise<void> {
  for await (const chunk of stream) {
    if (!stream.send(chunk)) {
      await stream.onDrain()
    }
  }

  await stream.close()
}
