import { multiaddr } from '@multiformats/multiaddr'
import { expect } from 'aegir/chai'
import { dialer } from '../src/index.ts'
import { FakeNetwork, randomPeer } from './support/network.ts'
import { publicAddresses } from './support/world.ts'
import type { Metrics } from '@libp2p/interface'

/** Keeps what was reported, and what can be asked for. */
class RecordedMetrics {
  readonly reports: Array<[name: string, value: unknown]> = []
  readonly calculated = new Map<string, () => unknown>()

  get metrics (): Metrics {
    const register = (name: string, options?: { calculate?(): unknown }): Record<string, (value: unknown) => void> => {
      if (options?.calculate !== undefined) {
        this.calculated.set(name, options.calculate)
      }

      const report = (value: unknown): void => { this.reports.push([name, value]) }

      return { increment: report, observe: report }
    }

    return { registerCounterGroup: register, registerHistogramGroup: register, registerHistogram: register, registerMetricGroup: register } as unknown as Metrics
  }
}

describe('metrics', () => {
  it('go: of a dial that connects', async () => {
    const [self, peer] = await Promise.all([randomPeer(), randomPeer()])
    const [refused = '', good = ''] = publicAddresses(2)
    const network = new FakeNetwork(self)
    const recorded = new RecordedMetrics()
    network.refuse(refused)
    network.listen(good, peer, 30)
    const dialed = dialer({ clock: network.clock })(network.components({ metrics: recorded.metrics }))
      .dialPeer(peer, { addresses: [refused, good].map(address => multiaddr(address)) })
    await network.clock.advanceAsync(30)
    await dialed

    expect(recorded.reports).to.deep.equal([
      ['libp2p_swarm_dials_per_peer_total', { 2: 1 }],
      ['libp2p_swarm_dial_latency_seconds', { success: 0.03 }],
      ['libp2p_swarm_dial_ranking_delay_seconds', 0],
      ['libp2p_swarm_dial_errors_total', { ECONNREFUSED: 1 }]
    ])
  })

  it('go: of a dial that fails', async () => {
    const [self, peer] = await Promise.all([randomPeer(), randomPeer()])
    const network = new FakeNetwork(self)
    const recorded = new RecordedMetrics()
    const addresses = publicAddresses(10)
    addresses.forEach(address => { network.refuse(address) })
    const dialed = dialer({ clock: network.clock })(network.components({ metrics: recorded.metrics }))
      .dialPeer(peer, { addresses: addresses.map(address => multiaddr(address)) }).catch(err => err)
    await network.clock.advanceAsync(0)
    await dialed

    expect(recorded.reports).to.deep.include(['libp2p_swarm_dials_per_peer_total', { '>=6': 1 }])
    expect(recorded.reports).to.deep.include(['libp2p_swarm_dial_latency_seconds', { failed: 0 }])
  })

  it('name errors by their root cause', async () => {
    const [self, peer] = await Promise.all([randomPeer(), randomPeer()])
    const [address = ''] = publicAddresses(1)
    const network = new FakeNetwork(self)
    const recorded = new RecordedMetrics()
    network.host(address, async () => {
      throw Object.assign(new Error('wrapped', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) }), { code: 'ERR_WRAPPED' })
    })
    const dialed = dialer({ clock: network.clock })(network.components({ metrics: recorded.metrics }))
      .dialPeer(peer, { addresses: [multiaddr(address)] }).catch(err => err)
    await network.clock.advanceAsync(0)
    await dialed

    expect(recorded.reports).to.deep.include(['libp2p_swarm_dial_errors_total', { ECONNREFUSED: 1 }])
  })

  it('go: of black holes', async () => {
    const recorded = new RecordedMetrics()
    const network = new FakeNetwork(await randomPeer())
    dialer({ clock: network.clock })(network.components({ metrics: recorded.metrics }))
    const values = Object.fromEntries([...recorded.calculated].map(([name, calculate]) => [name, calculate()]))

    expect(values).to.deep.equal({
      libp2p_swarm_black_hole_filter_state: { UDP: 0, IPv6: 0 },
      libp2p_swarm_black_hole_filter_success_fraction: { UDP: 0, IPv6: 0 },
      libp2p_swarm_black_hole_filter_next_request_allowed_after: { UDP: 0, IPv6: 0 }
    })
  })
})
