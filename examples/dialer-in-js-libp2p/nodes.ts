import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { formatDialTrace } from '@libp2p-ws/dialer'
import { parallelDialing } from '@libp2p-ws/dialer/js-libp2p'
import { createLibp2p } from 'libp2p'
import type { Libp2p } from '@libp2p/interface'
import type { Libp2pOptions } from 'libp2p'

const stock: Libp2pOptions = {
  transports: [webSockets()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()]
}

/** js-libp2p as it comes: one address after another, 6 s for each and 10 s for all. */
export async function createStockNode (listen: string[] = []): Promise<Libp2p> {
  return createLibp2p({ ...stock, addresses: { listen } })
}

/** The same with one service more. `print` gets a picture of every dial that has ended. */
export async function createNode (print: (picture: string) => void): Promise<Libp2p> {
  return createLibp2p({
    ...stock,
    services: {
      dialing: parallelDialing({
        onTrace: event => {
          if (event.type === 'ended') {
            print(formatDialTrace(event.trace))
          }
        }
      })
    }
  })
}
