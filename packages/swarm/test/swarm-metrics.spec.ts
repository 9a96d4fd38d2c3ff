import { expect } from 'aegir/chai'
import { closeAll, introduce, makeSwarm } from './swarms.ts'
import type { Metrics } from '@libp2p/interface'

/** Keeps what was reported, as `name label value`. */
function recorder (): { metrics: Metrics, reported: Array<[name: string, key: string, value: number]> } {
  const reported: Array<[string, string, number]> = []
  const group = (name: string): Record<string, unknown> => {
    // single metrics are given a number, or nothing
    const report = (values?: Record<string, number | true> | number): void => {
      for (const [key, value] of Object.entries(typeof values === 'object' ? values : {})) {
        reported.push([name, key, Number(value)])
      }
    }

    return { increment: report, decrement: report, update: () => {}, observe: report }
  }
  const metrics = {
    trackMultiaddrConnection: () => {},
    trackProtocolStream: () => {},
    registerMetric: group,
    registerMetricGroup: group,
    registerCounter: group,
    registerCounterGroup: group,
    registerHistogram: group,
    registerHistogramGroup: group
  }

  return { metrics: metrics as unknown as Metrics, reported }
}

describe('swarm metrics', () => {
  afterEach(closeAll)

  it('has go-libp2p\'s names', async () => {
    const { metrics, reported } = recorder()
    const [a, b] = await Promise.all([makeSwarm({ metrics }), makeSwarm()])
    await introduce(a, b)
    await a.dialPeer(b.localPeer)
    await a.closePeer(b.localPeer)
    const of = (name: string): Array<[string, string, number]> => reported.filter(entry => entry[0] === `libp2p_swarm_${name}`)
    const connection = 'outbound tcp /noise /yamux/1.0.0 early ip4'

    expect(of('connections_opened_total')).to.deep.equal([['libp2p_swarm_connections_opened_total', connection, 1]])
    expect(of('connections_closed_total')).to.deep.equal([['libp2p_swarm_connections_closed_total', connection, 1]])
    expect(of('key_types_total')).to.deep.equal([['libp2p_swarm_key_types_total', 'outbound Ed25519', 1]])
    expect(of('handshake_latency_seconds')).to.have.lengthOf(1)
    expect(of('connection_duration_seconds')[0]?.[2]).to.be.within(0, 60)
  })
})
