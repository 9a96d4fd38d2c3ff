/** What npm has of simple metrics is for libp2p 2, so it is shown at work here, from the checkout. */
import assert from 'node:assert/strict'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'

const simpleMetricsPackage = '@libp2p/simple-metrics'
const INTERVAL = 10
const { simpleMetrics } = await import(simpleMetricsPackage)
const { createLibp2p }: any = await import(process.env.SUITES_HOST === '' ? 'libp2p' : new URL('host.ts', import.meta.url).href)

describe('simple metrics', () => {
  it('tell of the connections of a node', async () => {
    const options = { transports: [webSockets()], connectionEncrypters: [noise()], streamMuxers: [yamux()] }
    let check: (metrics: any) => void = () => {}
    const listener = await createLibp2p({ ...options, addresses: { listen: ['/ip4/127.0.0.1/tcp/0/ws'] } })
    const dialer = await createLibp2p({ ...options, metrics: simpleMetrics({ intervalMs: INTERVAL, onMetrics: (metrics: any) => { check(metrics) } }) })

    try {
      await dialer.dial(listener.getMultiaddrs())
      const counted = await new Promise<any>(resolve => {
        check = ({ libp2p_connection_manager_connections: connections }) => { connections?.outbound === 1 && resolve(connections) }
      })

      assert.equal(counted.inbound, 0)
    } finally {
      await Promise.all([listener, dialer].map(async node => node.stop()))
    }
  })
})
