import { toCrossRows, toRows } from './table.ts'
import type { MetricSummary } from './summary.ts'

export interface Section {
  title: string
  rows: string[][]
}

/** A table for each link and security protocol, and one of the pairs of two stacks. */
export function sections (summaries: MetricSummary[]): Section[] {
  const groups = Map.groupBy(summaries, describeConditions)

  return [...groups].flatMap(([conditions, group]) => [
    { title: conditions, rows: toRows(group) },
    { title: `${conditions}, two stacks with each other (dialer → listener)`, rows: toCrossRows(group) }
  ]).filter(({ rows }) => rows.length > 1)
}

function describeConditions ({ rtt, security }: MetricSummary): string {
  const stack = security === 'none' ? 'The transport alone' : `/ws, ${security}, yamux`

  return `${stack}, ${rtt === 0 ? 'loopback' : `${rtt} ms round trip`}`
}
