import { expect } from 'aegir/chai'
import { toDocument } from '../suite/document.ts'
import { plot } from '../suite/plot.ts'
import { sections } from '../suite/sections.ts'
import { summarizeSamples } from '../suite/summary.ts'
import { formatNumber, toMarkdown, toText } from '../suite/table.ts'
import type { Results } from '../suite/report.ts'
import type { Sample } from '../suite/sample.ts'

const SIZES = { bytes: 1, streams: 1, dials: 1 }

describe('the report', () => {
  const samples: Sample[] = [
    { rtt: 0, security: 'noise', scenario: 'upload', pair: 'ours', round: 1, values: { upload: 512.3 } },
    { rtt: 0, security: 'noise', scenario: 'upload', pair: 'go', round: 1, values: { upload: 500 } },
    { rtt: 0, security: 'noise', scenario: 'upload', pair: 'ours → go', round: 1, values: { upload: 480 } },
    { rtt: 20, security: 'noise', scenario: 'dial', pair: 'ours', round: 1, values: { dial: 62.5 } },
    { rtt: 0, security: 'tls', scenario: 'dial', pair: 'js', round: 1, values: {}, error: 'no <answer>' }
  ]
  const results: Results = {
    command: 'node benchmarks/run.ts',
    cores: 2,
    loadAverage: 0.5,
    node: 'v26.0.0',
    implementations: { ours: 'libp2p-ws 1.0.0', go: 'go-libp2p <1>' },
    sizes: SIZES,
    delayedSizes: SIZES,
    idleConnections: 1,
    rounds: 1,
    skipped: [],
    samples
  }

  it('has a table for each link and security, and one of the pairs of two stacks', () => {
    expect(sections(summarizeSamples(samples))).to.deep.equal([
      {
        title: '/ws, noise, yamux, loopback',
        rows: [
          ['', 'ours', 'go', 'ours : go', 'goal'],
          ['upload, 1 stream, MiB/s', '512 (512–512)', '500 (500–500)', '1.02 ×', '1 × go: met']
        ]
      },
      {
        title: '/ws, noise, yamux, loopback, two stacks with each other (dialer → listener)',
        rows: [['', 'ours → go'], ['upload, 1 stream, MiB/s', '480 (480–480)']]
      },
      {
        title: '/ws, noise, yamux, 20 ms round trip',
        rows: [['', 'ours'], ['dial + close, ms', '62.5 (62.5–62.5)']]
      }
    ])
  })

  it('aligns columns, and writes the same as Markdown', () => {
    const rows = [['', 'a'], ['long name', '1']]

    expect(toText(rows)).to.equal('           a\nlong name  1')
    expect(toMarkdown(rows)).to.equal('|           | a   |\n| --------- | --- |\n| long name | 1   |')
  })

  it('prints three digits that count', () => {
    expect([0.08123, 1.5, 22.22, 99.96, 1_549.4].map(formatNumber)).to.deep.equal(['0.0812', '1.50', '22.2', '100', '1,549'])
  })

  it('writes a document with goals, failures and the plot', () => {
    const document = toDocument(results)

    expect(document).to.include('1 of 1 goals are met')
    expect(document).to.include('- failed 1 times: dial, js, tls: no <answer>')
    expect(document).to.include('](images/benchmarks.svg)')
  })

  it('draws what was measured beside go-libp2p, as well-formed XML', () => {
    const svg = plot(results)

    expect(svg.match(/<rect [^>]*fill="#1f6feb"/g), 'a legend and a bar').to.have.lengthOf(2)
    expect(svg).to.include('go-libp2p &#60;1&#62;')
    expect(svg).to.not.match(/NaN|undefined/)
  })
})
