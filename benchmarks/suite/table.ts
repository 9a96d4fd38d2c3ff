import { describeVerdict } from './goals.ts'
import { METRICS } from './metrics.ts'
import type { Summary } from './statistics.ts'
import type { MetricSummary } from './summary.ts'

/** What a row of the main table compares, where there is such a column. */
const COMPARED = ['ours', 'js', 'go', 'tcp', 'ws']

/** A header, then a row for each metric. */
export function toRows (summaries: MetricSummary[]): string[][] {
  const pairs = COMPARED.filter(pair => summaries.some(summary => summary.pairs[pair] != null))
  const others = pairs.filter(pair => pair !== 'ours')
  const withGoals = summaries.some(({ verdicts }) => verdicts.length > 0)

  return [
    ['', ...pairs, ...others.map(pair => `ours : ${pair}`), ...(withGoals ? ['goal'] : [])],
    ...summaries.filter(summary => pairs.some(pair => summary.pairs[pair] != null)).map(summary => [
      `${METRICS[summary.metric].label}, ${METRICS[summary.metric].unit}`,
      ...pairs.map(pair => describeSummary(summary.pairs[pair])),
      ...others.map(pair => describeRatio(summary.ratios[pair])),
      ...(withGoals ? [summary.verdicts.map(describeVerdict).join('; ')] : [])
    ])
  ]
}

/** The pairs that are not in the main table: two stacks that talk to each other. */
export function toCrossRows (summaries: MetricSummary[]): string[][] {
  const pairs = [...new Set(summaries.flatMap(summary => Object.keys(summary.pairs)))].filter(pair => pair.includes('→'))
  const rows = summaries.filter(summary => pairs.some(pair => summary.pairs[pair] != null)).map(summary => [
    `${METRICS[summary.metric].label}, ${METRICS[summary.metric].unit}`,
    ...pairs.map(pair => describeSummary(summary.pairs[pair]))
  ])

  return rows.length === 0 ? [] : [['', ...pairs], ...rows]
}

/** The median, and how far the rounds went. */
export function describeSummary (summary: Summary | undefined): string {
  return summary == null ? '–' : `${formatNumber(summary.median)} (${formatNumber(summary.min)}–${formatNumber(summary.max)})`
}

function describeRatio (ratio: number | undefined): string {
  return ratio == null ? '–' : `${ratio.toFixed(2)} ×`
}

/** Three digits that count, as far as there are so many. */
export function formatNumber (value: number): string {
  if (value >= 100) {
    return Math.round(value).toLocaleString('en')
  }

  return value.toPrecision(3)
}

export function toText (rows: string[][]): string {
  return pad(rows).map(row => row.join('  ').trimEnd()).join('\n')
}

export function toMarkdown (rows: string[][]): string {
  const [header = [], ...body] = pad(rows)
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

  return [line(header), line(header.map(cell => '-'.repeat(cell.length))), ...body.map(line)].join('\n')
}

function pad (rows: string[][]): string[][] {
  const widths = rows[0]?.map((_, column) => Math.max(3, ...rows.map(row => row[column]?.length ?? 0))) ?? []

  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}
