import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from '@libp2p-ws/host'
import { webSockets } from '@libp2p-ws/transport'
import type { Libp2p } from '@libp2p/interface'
import type { Registry } from 'prom-client'

/** A host on a free port of loopback. With `registry` it counts there what it does. */
export async function createNode (registry?: Registry): Promise<Libp2p> {
  return createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] },
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { ping: ping() },
    ...(registry === undefined ? {} : { metrics: prometheusMetrics({ registry }) })
  })
}
