import { expect } from 'aegir/chai'
import { describeVerdict } from '../suite/goals.ts'
import { countGoals, findFailures, summarizeSamples } from '../suite/summary.ts'
import type { MetricName } from '../suite/metrics.ts'
import type { Sample } from '../suite/sample.ts'

describe('the summary of samples', () => {
  it('has a row for each metric of each link and security', () => {
    const rows = summarizeSamples([
      sample('ours', 1, { upload: 500, 'upload-cpu': 2 }),
      sample('ours', 1, { dial: 1 }),
      { ...sample('ours', 1, { upload: 400 }), security: 'tls' },
      { ...sample('ours', 1, { upload: 50 }), rtt: 20 }
    ])

    expect(rows.map(({ rtt, security, metric }) => `${rtt} ${security} ${metric}`)).to.deep.equal([
      '0 noise upload', '0 noise upload-cpu', '0 noise dial', '0 tls upload', '20 noise upload'
    ])
  })

  it('compares within rounds: what disturbs one round as a whole changes no ratio', () => {
    const [row] = summarizeSamples([
      sample('ours', 1, { upload: 300 }), sample('js', 1, { upload: 100 }),
      sample('ours', 2, { upload: 30 }), sample('js', 2, { upload: 10 }),
      sample('ours', 3, { upload: 330 }), sample('js', 3, { upload: 110 })
    ])

    expect(row?.ratios).to.deep.equal({ js: 3 })
    expect(row?.pairs.ours).to.deep.equal({ median: 300, min: 30, max: 330, count: 3 })
  })

  it('leaves out rounds that only one of two stacks has', () => {
    const [row] = summarizeSamples([
      sample('ours', 1, { dial: 2 }), sample('go', 1, { dial: 4 }),
      sample('ours', 2, { dial: 100 }), sample('go', 3, { dial: 100 })
    ])

    expect(row?.ratios).to.deep.equal({ go: 2 })
  })

  it('says which goals are met, and by how much one is missed', () => {
    const rows = summarizeSamples([
      sample('ours', 1, { upload: 200 }), sample('js', 1, { upload: 100 }), sample('go', 1, { upload: 190 })
    ])

    expect(rows[0]?.verdicts.map(describeVerdict)).to.deep.equal(['2.5 × js: missed by 20 %', '1 × go: met'])
    expect(countGoals(rows)).to.deep.equal({ met: 1, all: 2 })
  })

  it('judges no goal over tls, or a link with a delay, or without the other stack', () => {
    const ours = sample('ours', 1, { upload: 200 })
    const js = sample('js', 1, { upload: 100 })

    for (const samples of [
      [ours],
      [{ ...ours, rtt: 20 }, { ...js, rtt: 20 }],
      [{ ...ours, security: 'tls' as const }, { ...js, security: 'tls' as const }]
    ]) {
      expect(countGoals(summarizeSamples(samples)).all).to.equal(0)
    }
  })

  it('counts failures of the same kind and keeps the first error', () => {
    const failed = (round: number, error: string): Sample => ({ ...sample('js', round, {}), error })

    expect(findFailures([failed(1, 'too slow'), failed(2, 'gone'), sample('ours', 1, { upload: 1 })])).to.deep.equal([
      { rtt: 0, security: 'noise', scenario: 'any', pair: 'js', times: 2, error: 'too slow' }
    ])
  })
})

function sample (pair: string, round: number, values: Partial<Record<MetricName, number>>): Sample {
  return { rtt: 0, security: 'noise', scenario: 'any', pair, round, values }
}
