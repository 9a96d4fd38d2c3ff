/** Runs in a page: what an application's own script would do. */
import { echo } from '@libp2p/echo'
import { identify } from '@libp2p/identify'
import { enable } from '@libp2p/logger'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from '@libp2p-ws/host'
import { webSockets } from '@libp2p-ws/transport'
import { multiaddr } from '@multiformats/multiaddr'

export interface PageResult {
  remotePeer: string
  agent: string
  isEchoed: boolean
  pinged: boolean

  /** Name of the error of a dial to an insecure address with the default gater. */
  denied: string
  maxConnections: number
}

const MEBIBYTE = 1_048_576

async function run (address: string): Promise<PageResult> {
  const common = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] }
  const careful = await createLibp2p(common)
  const node = await createLibp2p({
    ...common,
    connectionGater: { denyDialMultiaddr: () => false },
    services: { echo: echo(), identify: identify(), ping: ping() }
  })

  try {
    const target = multiaddr(address)
    const identified = new Promise<string>(resolve => { node.addEventListener('peer:identify', ({ detail }) => { resolve(detail.agentVersion ?? '') }) })
    const denied = await careful.dial(target).then(() => 'none', err => err.name)
    const { remotePeer } = await node.dial(target)
    const sent = new Uint8Array(MEBIBYTE).fill(7)
    const echoed = (await node.services.echo.echo(target, sent)).subarray()

    return {
      remotePeer: remotePeer.toString(),
      agent: await identified,
      isEchoed: echoed.length === sent.length && echoed.every(byte => byte === 7),
      pinged: await node.services.ping.ping(remotePeer) >= 0,
      denied,
      maxConnections: (node as any).components.connectionManager.getMaxConnections()
    }
  } finally {
    await Promise.all([node.stop(), careful.stop()])
  }
}

/** Two lines, one of which `@libp2p/logger` was told to print. */
async function print (): Promise<void> {
  enable('page:*,-page:other')
  const { logger } = await createLibp2p({ start: false })
  logger.forComponent('page:this')('printed')
  logger.forComponent('page:other')('not printed')
}

Object.assign(globalThis, { print, run })
