/**
 * Compiled, never run: what is written for js-libp2p's `createLibp2p` has to
 * compile with ours in its place.
 */
import { identify } from '@libp2p/identify'
import { kadDHT } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, isLibp2p } from '../../src/index.ts'
import type { Libp2pInit, Libp2pOptions } from '../../src/index.ts'
import type { createLibp2p as stockCreateLibp2p, Libp2p as StockLibp2p, Libp2pInit as StockInit, Libp2pOptions as StockOptions } from 'libp2p'

export const substitute: typeof stockCreateLibp2p = createLibp2p

export const initToOurs = (init: StockInit): Libp2pInit => init
export const initToStock = (init: Libp2pInit): StockInit => init
export const optionsToOurs = (options: StockOptions): Libp2pOptions => options

export async function services (): Promise<number> {
  const node = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { dht: kadDHT(), identify: identify(), ping: ping() }
  })
  const stock: StockLibp2p = node

  if (!isLibp2p(stock)) {
    throw new Error('not a libp2p')
  }

  return node.services.ping.ping(node.peerId)
}
