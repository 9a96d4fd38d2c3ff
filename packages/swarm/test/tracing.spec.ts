import { multiaddr } from '@multiformats/multiaddr'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { expect } from 'aegir/chai'
import { closeAll, introduce, makeSwarm } from './swarms.ts'
import type { Tracer } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

describe('OpenTelemetry', () => {
  let exporter: InMemorySpanExporter
  let tracer: Tracer

  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    exporter = new InMemorySpanExporter()
    tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test')
  })

  afterEach(async () => {
    await closeAll()
    context.disable()
  })

  function spans (name: string): ReadableSpan[] {
    return exporter.getFinishedSpans().filter(span => span.name === name)
  }

  /** Each end has its upgrade at its own time. */
  async function upgrades (count: number): Promise<void> {
    while (spans('libp2p.upgrade').length < count) {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }

  it('sees a dial, the upgrade in it, and the upgrade at the other end', async () => {
    const [a, b] = await Promise.all([makeSwarm({ tracer }), makeSwarm({ tracer })])
    await introduce(a, b)
    await a.dialPeer(b.localPeer)
    await upgrades(2)
    const [dial] = spans('libp2p.dial')
    const outbound = spans('libp2p.upgrade').find(({ attributes }) => attributes['libp2p.direction'] === 'outbound')

    expect(dial?.attributes).to.include({ 'libp2p.peer': b.localPeer.toString(), 'libp2p.security': '/noise', 'libp2p.muxer': '/yamux/1.0.0' })
    expect(dial?.events.map(({ attributes }) => [attributes?.['libp2p.address'], attributes?.['libp2p.phase']])).to.deep.equal([[String(b.listenAddresses()[0]), 'succeeded']])
    expect(outbound?.parentSpanContext?.spanId).to.equal(dial?.spanContext().spanId)
    expect(spans('libp2p.upgrade').map(({ attributes }) => attributes['libp2p.direction'])).to.have.members(['inbound', 'outbound'])
  })

  it('sees why a dial failed', async () => {
    const a = await makeSwarm({ tracer })
    await expect(a.dialAddresses([multiaddr('/ip4/127.0.0.1/tcp/1')])).to.eventually.be.rejected()
    const [dial] = spans('libp2p.dial')

    expect(dial?.status.code).to.equal(2)
    expect(dial?.events.map(({ name }) => name)).to.have.members(['exception', 'libp2p.dial.address'])
    expect(dial?.events.find(({ name }) => name === 'libp2p.dial.address')?.attributes).to.include({ 'libp2p.phase': 'failed', 'libp2p.error': 'ECONNREFUSED' })
  })

  it('sees an upgrade that was refused', async () => {
    const [a, b] = await Promise.all([makeSwarm(), makeSwarm({ tracer, connectionGater: { denyInboundEncryptedConnection: () => true } })])
    await a.dialAddresses(b.listenAddresses()).catch(() => {})
    await upgrades(1)

    expect(spans('libp2p.upgrade').map(({ status }) => status)).to.deep.equal([{ code: 2, message: 'the connection gater\'s denyInboundEncryptedConnection refused the connection' }])
  })
})
