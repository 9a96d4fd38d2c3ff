import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { Registry } from 'prom-client'
import { serveMetrics } from '../src/metrics-endpoint.ts'
import { createNode } from '../src/node.ts'
import type { MetricsEndpoint } from '../src/metrics-endpoint.ts'
import type { Libp2p } from '@libp2p/interface'
import type { AddressInfo, Server, Socket } from 'node:net'

const DASHBOARD = new URL('../../../docs/grafana/libp2p-ws.json', import.meta.url)

/** Labels that Prometheus adds, or that a query makes. */
const NOT_OF_THE_HOST = new Set(['instance', 'direction'])

/** Samples by name, each with its labels. */
type Samples = Map<string, Array<Record<string, string>>>

describe('the Grafana dashboard', () => {
  let queries: string[]
  let samples: Samples
  let node: Libp2p
  let remote: Libp2p
  let endpoint: MetricsEndpoint
  let silent: Server

  before(async () => {
    const registry = new Registry()
    queries = await readQueries()
    node = await createNode(registry)
    remote = await createNode()
    endpoint = await serveMetrics(registry)
    silent = createServer(() => {}).listen(0, '127.0.0.1')
    await once(silent, 'listening')

    await connectAndClose()
    await dialRefused()
    await dialDead()
    await beDialed()
    samples = parseSamples(await (await fetch(endpoint.url)).text())
  })

  after(async () => {
    await endpoint?.close()
    await node?.stop()
    await remote?.stop()
    silent?.close()
  })

  async function connectAndClose (): Promise<void> {
    const connection = await node.dial(remote.getMultiaddrs())
    const closed = once(node as unknown as EventTarget, 'connection:close')
    await connection.close()
    await closed
  }

  async function dialRefused (): Promise<void> {
    const unused = createServer().listen(0, '127.0.0.1')
    await once(unused, 'listening')
    const { port } = unused.address() as AddressInfo
    unused.close()
    await once(unused, 'close')

    await expect(node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`))).to.be.rejected()
  }

  /** A host that takes the connection and never says a word. */
  async function dialDead (): Promise<void> {
    const controller = new AbortController()
    const { port } = silent.address() as AddressInfo
    const accepted: Promise<Socket[]> = once(silent, 'connection')
    const dial = node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`), { signal: controller.signal })
    const [socket] = await accepted
    controller.abort()

    await expect(dial).to.be.rejected()
    socket?.destroy()
  }

  /** By somebody who is no libp2p peer, then by one. */
  async function beDialed (): Promise<void> {
    const port = node.getMultiaddrs()[0]?.getComponents().find(({ name }) => name === 'tcp')?.value
    const socket = new WebSocket(`ws://127.0.0.1:${port}`)
    await once(socket, 'open')
    socket.close()
    await once(socket, 'close')

    const opened = once(node as unknown as EventTarget, 'connection:open')
    await remote.dial(multiaddr(`/ip4/127.0.0.1/tcp/${port}/ws`))
    await opened
  }

  it('shows nothing that a host does not have', () => {
    const names = new Set(queries.flatMap(namesIn))

    expect(names).to.not.be.empty()
    expect([...names].filter(name => !samples.has(name))).to.deep.equal([])
  })

  it('asks for labels that the metrics have', () => {
    const missing = queries.flatMap(query => missingLabels(query, samples).map(label => `${label} in ${query}`))

    expect(missing).to.deep.equal([])
  })

  it('leaves out nothing that the dialer, the swarm and the WebSocket transport measure', () => {
    const shown = new Set(queries.flatMap(namesIn).map(baseOf))
    const measured = [...samples.keys()].filter(name => /^libp2p_(?:swarm|websockets)_/.test(name)).map(baseOf)

    expect(new Set(measured)).to.deep.equal(shown)
  })

  it('is of dials that went each way', () => {
    const outcomes = samples.get('libp2p_swarm_dial_latency_seconds_count')?.map(({ outcome }) => outcome)
    const errors = samples.get('libp2p_swarm_dial_errors_total')?.map(({ error }) => error)

    expect(outcomes).to.have.members(['success', 'failed'])
    expect(errors).to.include('ECONNREFUSED')
  })
})

/** What the panels ask for, and the variables. */
async function readQueries (): Promise<string[]> {
  const dashboard: { panels: Array<{ targets?: Array<{ expr: string }> }>, templating: { list: Array<{ definition?: string }> } } = JSON.parse(await readFile(DASHBOARD, 'utf8'))

  return [
    ...dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...dashboard.templating.list.flatMap(({ definition }) => definition ?? [])
  ]
}

function namesIn (query: string): string[] {
  return [...query.matchAll(/\b(?:libp2p|nodejs|process)_\w+/g)].map(([name]) => name)
}

/** Labels that a query uses and one of its metrics does not have. */
function missingLabels (query: string, samples: Samples): string[] {
  const metrics = namesIn(query).map(name => samples.get(name) ?? [])

  return labelsIn(query)
    .filter(label => !NOT_OF_THE_HOST.has(label))
    .filter(label => !metrics.every(series => series.some(labels => label in labels)))
}

/** `sum by (a, b)`, `{a="…"}` and the source of a `label_replace`. */
function labelsIn (query: string): string[] {
  const grouped = [...query.matchAll(/\bby \(([^)]+)\)/g)].flatMap(([, labels = '']) => labels.split(', '))
  const selected = [...query.matchAll(/[{ ](\w+)=~?"/g)].map(([, label = '']) => label)
  const replaced = [...query.matchAll(/"\$1", "(\w+)"/g)].map(([, label = '']) => label)

  return [...grouped, ...selected, ...replaced]
}

/** A histogram is one metric. */
function baseOf (name: string): string {
  return name.replace(/_(?:bucket|sum|count)$/, '')
}

/** Of Prometheus' text format. */
function parseSamples (text: string): Samples {
  const samples: Samples = new Map()

  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value])
    samples.set(name, [...samples.get(name) ?? [], Object.fromEntries(pairs)])
  }

  return samples
}
