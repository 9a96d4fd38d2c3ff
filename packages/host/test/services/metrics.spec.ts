import { echo } from '@libp2p/echo'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { IMPLEMENTATIONS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p } from '@libp2p/interface'

/** Those of js-libp2p that dashboards are built on. */
const NAMES = [
  'libp2p_connection_manager_connections',
  'libp2p_connection_manager_dials_total',
  'libp2p_connection_manager_protocol_streams_per_connection_90th_percentile',
  'libp2p_data_transfer_bytes_total',
  'libp2p_dial_queue',
  'libp2p_protocol_streams_total',
  'libp2p_registrar_protocol_handlers',
  'libp2p_registrar_topologies'
]

for (const implementation of IMPLEMENTATIONS) {
  describe(`prometheus metrics of ${implementation.name}`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    async function node ({ createLibp2p }: Implementation, registry?: Registry): Promise<Libp2p> {
      return nodes.onWebSockets(createLibp2p, {
        services: { echo: echo() },
        ...(registry == null ? {} : { metrics: prometheusMetrics({ registry, collectDefaultMetrics: false }) })
      })
    }

    it('have js-libp2p\'s names, and count connections, dials and streams', async () => {
      const registry = new Registry()
      const dialer = await node(implementation, registry)
      const listener = await node(implementation)
      await dialer.dialProtocol(listener.getMultiaddrs(), '/echo/1.0.0')

      const text = await registry.metrics()

      for (const name of NAMES) {
        expect(text).to.include(`# TYPE ${name} `)
      }

      expect(text).to.match(/^libp2p_connection_manager_connections\{[^}]*="outbound"[^}]*\} 1$/m)
      expect(text).to.match(/^libp2p_connection_manager_dials_total\{[^}]*="outbound"[^}]*\} 1$/m)
      expect(text).to.match(/^libp2p_protocol_streams_total\{[^}]*="outbound \/echo\/1\.0\.0"[^}]*\} 1$/m)
      expect(dialer.metrics).to.be.ok()
    })
  })
}
