/* eslint-disable no-console */
import { multiaddr } from '@multiformats/multiaddr'
import { Registry } from 'prom-client'
import { serveMetrics } from './metrics-endpoint.ts'
import { createNode } from './node.ts'

const registry = new Registry()
const node = await createNode(registry)
const { url } = await serveMetrics(registry, Number(process.env.PORT ?? 9464))

console.log(`metrics: ${url}`)
node.getMultiaddrs().forEach(address => { console.log(`peer: ${address}`) })

// whatever becomes of them, it is in the metrics
for (const address of process.argv.slice(2)) {
  await node.dial(multiaddr(address)).then(
    () => { console.log(`connected to ${address}`) },
    (err: Error) => { console.log(`${address}: ${err.message}`) }
  )
}
