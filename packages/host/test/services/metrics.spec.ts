import { echo } from '@libp2p/echo'
import { openTelemetryMetrics } from '@libp2p/opentelemetry-metrics'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { metrics } from '@opentelemetry/api'
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { IMPLEMENTATIONS } from '../fixtures/implementations.ts'
import { Nodes } from '../fixtures/nodes.ts'
import type { Implementation } from '../fixtures/implementations.ts'
import type { Libp2p } from '@libp2p/interface'

const KIBIBYTES_256 = 262_144

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

/** OpenTelemetry leaves out what has no value: nobody registered a topology, and bytes are counted from the second time on that somebody looks. */
const WITHOUT_VALUES = ['libp2p_data_transfer_bytes_total', 'libp2p_registrar_topologies']

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

for (const implementation of IMPLEMENTATIONS) {
  describe(`bytes that ${implementation.name} counts`, () => {
    const nodes = new Nodes()

    afterEach(async () => { await nodes.stop() })

    it('are those of connections and of protocols', async () => {
      const registry = new Registry()
      const { createLibp2p } = implementation
      const services = { echo: echo() }
      const node = await nodes.onWebSockets(createLibp2p, { services, metrics: prometheusMetrics({ registry, collectDefaultMetrics: false }) })
      const other = await nodes.onWebSockets(createLibp2p, { services })

      await node.services.echo.echo(other.getMultiaddrs(), new Uint8Array(KIBIBYTES_256))

      const text = await registry.metrics()
      const counted = (what: string): number => Number(new RegExp(`^libp2p_data_transfer_bytes_total\\{[^}]*="${what}"[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1])

      for (const what of ['global sent', 'global received', '/echo/1.0.0 sent', '/echo/1.0.0 received']) {
        expect(counted(what), what).to.be.at.least(KIBIBYTES_256)
      }
    })
  })

  describe(`OpenTelemetry metrics of ${implementation.name}`, () => {
    const nodes = new Nodes()
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
    const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })] })

    before(() => { metrics.setGlobalMeterProvider(provider) })

    afterEach(async () => { await nodes.stop() })

    after(async () => {
      metrics.disable()
      await provider.shutdown()
    })

    it('have js-libp2p\'s names', async () => {
      const dialer = await nodes.onWebSockets(implementation.createLibp2p, { metrics: openTelemetryMetrics(), services: { echo: echo() } })
      const listener = await nodes.onWebSockets(implementation.createLibp2p, { services: { echo: echo() } })
      await dialer.dialProtocol(listener.getMultiaddrs(), '/echo/1.0.0')

      await provider.forceFlush()
      const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics)
      const names = scopes.flatMap(({ metrics }) => metrics).map(({ descriptor }) => descriptor.name)

      expect(names).to.include.members(NAMES.filter(name => !WITHOUT_VALUES.includes(name)))
      expect(dialer.metrics).to.be.ok()
    })
  })
}
