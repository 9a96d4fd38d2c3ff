import net from 'node:net'
import { defaultLogger } from '@libp2p/logger'
import { prometheusMetrics } from '@libp2p/prometheus-metrics'
import { webSockets as jsWebSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { webSockets } from '../src/index.ts'
import { Authority } from './fixtures/certificates.ts'
import { components, TestUpgrader } from './fixtures/components.ts'
import { event, until } from './fixtures/streams.ts'
import { connect, dial, portOf, unusedPort } from './fixtures/transport.ts'
import type { WebSocketsInit } from '../src/index.ts'
import type { Listener, Transport } from '@libp2p/interface'

describe('metrics', () => {
  let registry: Registry
  let transport: Transport<any>
  let listener: Listener
  let upgrader: TestUpgrader
  let address: string

  async function start (init: WebSocketsInit = {}, listenOn = '/ip4/127.0.0.1/tcp/0/ws'): Promise<void> {
    registry = new Registry()
    const metrics = prometheusMetrics({ registry, collectDefaultMetrics: false })({ logger: defaultLogger() })
    transport = webSockets(init)(components({ metrics }))
    upgrader = new TestUpgrader()
    listener = transport.createListener({ upgrader })
    await listener.listen(multiaddr(listenOn))
    address = `127.0.0.1:${portOf(listener)}`
  }

  afterEach(async () => {
    await listener?.close()
  })

  /** The value of one label of a metric. */
  async function value (metric: string, label: string): Promise<number | undefined> {
    const text = await registry.getSingleMetricAsString(metric)
    const line = text.split('\n').find(line => line.includes(`="${label}"`))

    return line === undefined ? undefined : Number(line.split(' ').at(-1))
  }

  it('are those of @libp2p/websockets, by name and label', async () => {
    await start()
    const { near, far } = await connect(transport, listener, upgrader)
    expect(await value('libp2p_websockets_dialer_events_total', 'connect')).to.equal(1)
    expect(await value('libp2p_websockets_listener_status_info', address)).to.equal(1)
    expect(await value('libp2p_websockets_listener_events_total', `${address} connection`)).to.equal(1)
    expect(await value('libp2p_websockets_inbound_connections_total', address)).to.equal(1)

    const closed = event(far, 'close')
    await Promise.all([near.close(), closed])
    expect(await value('libp2p_websockets_listener_events_total', `${address} close`)).to.equal(1)
    expect(await value('libp2p_websockets_inbound_connections_total', address)).to.equal(0)

    await listener.close()
    expect(await value('libp2p_websockets_listener_status_info', address)).to.equal(0)
  })

  it('have the names, labels and descriptions that @libp2p/websockets gives them', () => {
    const metricsOf = (create: (components: any) => Transport<any>): Map<string, string> => {
      const registered = new Map<string, string>()
      const register = (name: string, { label, help }: { label?: string, help?: string }): object => {
        registered.set(name, `${label}: ${help}`)

        return { increment () {}, update () {}, observe () {} }
      }
      const metrics: any = { registerMetricGroup: register, registerCounterGroup: register, registerHistogramGroup: register }
      create(components({ metrics })).createListener({ upgrader: new TestUpgrader() })

      return registered
    }
    const theirs = metricsOf(jsWebSockets())
    const ours = metricsOf(webSockets())
    expect(theirs.size).to.be.greaterThan(0)
    expect([...ours].filter(([name]) => theirs.has(name))).to.have.deep.members([...theirs])
  })

  it('count dials that fail', async () => {
    await start()
    await expect(dial(transport, `/ip4/127.0.0.1/tcp/${await unusedPort()}/ws`)).to.eventually.be.rejected()
    expect(await value('libp2p_websockets_dialer_events_total', 'error')).to.equal(1)

    const controller = new AbortController()
    const dialing = dial(transport, String(listener.getAddrs()[0]), { signal: controller.signal })
    controller.abort()
    await expect(dialing).to.eventually.be.rejected()
    expect(await value('libp2p_websockets_dialer_events_total', 'abort')).to.equal(1)
  })

  it('count listeners that fail', async () => {
    await start()
    const other = transport.createListener({ upgrader })
    const server = net.createServer()
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    const { port } = server.address() as net.AddressInfo
    await expect(other.listen(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`))).to.eventually.be.rejected()
    expect(await value('libp2p_websockets_listener_errors_total', `127.0.0.1:${port} listen_error`)).to.equal(1)
    server.close()

    upgrader.onInbound = async () => { throw new Error('no') }
    await connect(transport, listener, upgrader)
    await untilAsync(async () => await value('libp2p_websockets_listener_errors_total', `${address} inbound_upgrade`) === 1)
  })

  it('count sockets that became no WebSocket', async () => {
    await start({ maxPendingConnections: 1, firstByteTimeout: 50 })
    const sockets = [1, 2].map(() => net.connect(portOf(listener), '127.0.0.1').resume())
    await untilAsync(async () => await value('libp2p_websockets_listener_events_total', `${address} drop`) === 1)
    await untilAsync(async () => await value('libp2p_websockets_listener_events_total', `${address} timeout`) === 1)
    await until(() => sockets.every(socket => socket.destroyed))
  })

  it('measure each phase', async () => {
    await start()
    const { near } = await connect(transport, listener, upgrader)
    const dials = await registry.getSingleMetricAsString('libp2p_websockets_dial_phase_seconds')

    for (const phase of ['resolve', 'tcp', 'upgrade', 'security']) {
      expect(dials).to.include(`libp2p_websockets_dial_phase_seconds_count{phase="${phase}"} 1`)
    }

    const inbound = await registry.getSingleMetricAsString('libp2p_websockets_inbound_phase_seconds')
    expect(inbound).to.include('libp2p_websockets_inbound_phase_seconds_count{phase="upgrade"} 1')
    expect(inbound).to.include('libp2p_websockets_inbound_phase_seconds_count{phase="security"} 1')
    await near.close()
  })

  it('measure TLS', async () => {
    const authority = await Authority.create()
    await start({ https: await authority.issue({ ip: ['127.0.0.1'] }), tls: { ca: authority.ca } }, '/ip4/127.0.0.1/tcp/0/tls/ws')
    const { near } = await connect(transport, listener, upgrader)
    expect(await registry.getSingleMetricAsString('libp2p_websockets_dial_phase_seconds'))
      .to.include('libp2p_websockets_dial_phase_seconds_count{phase="tls"} 1')
    await near.close()
  })
})

async function untilAsync (condition: () => Promise<boolean>): Promise<void> {
  while (!await condition()) {
    await new Promise(resolve => { setImmediate(resolve) })
  }
}
