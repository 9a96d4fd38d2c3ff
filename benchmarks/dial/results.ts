import { countsSockets, judge, sockets } from './goals.ts'
import { median } from './measure.ts'
import type { Goal, Verdict } from './goals.ts'
import type { Dialer, Measurement } from './measure.ts'

/** What one implementation did in one case. */
export interface CaseResult {
  dialer: string

  /** Nobody can be connected to. */
  fails: boolean

  /** Ms, of the runs in which every peer was connected, or could not be; null when there was none. */
  median: number | null

  /** The worst run. */
  connected: number
  peers: number
  leftOpen: number
  opened: number

  /** Where the goal says how many may be connecting at one time. */
  halfOpen?: number
  runs: Measurement[]
}

export interface CaseResults {
  name: string
  goal: Goal
  results: CaseResult[]
}

export interface Results {
  command: string
  cores: number

  /** Of the minute before the run: on a machine that does nothing else, about 0. */
  loadAverage: number
  dialers: Array<Pick<Dialer, 'name' | 'implementation' | 'timeout'>>
  cases: CaseResults[]
}

export function summarize (dialer: string, fails: boolean, runs: Measurement[]): CaseResult {
  const complete = runs.filter(({ connected, peers }) => connected === (fails ? 0 : peers))

  return {
    dialer,
    fails,
    median: complete.length === 0 ? null : Math.round(median(complete.map(({ ms }) => ms)) * 10) / 10,
    connected: Math.min(...runs.map(({ connected }) => connected)),
    peers: runs[0]?.peers ?? 0,
    leftOpen: Math.max(...runs.map(({ leftOpen }) => leftOpen)),
    opened: Math.max(...runs.map(({ opened }) => opened)),
    runs
  }
}

/** The median with what has to be known beside it. */
export function describeResult ({ median, connected, peers, leftOpen, opened, halfOpen, fails, runs }: CaseResult, goal: Goal): string {
  const notes = [
    ...(countsSockets(goal) ? [sockets(opened)] : []),
    ...(halfOpen === undefined ? [] : [`${halfOpen} at once`]),
    ...(leftOpen > 0 ? [`${leftOpen} left open`] : [])
  ]

  if (median == null) {
    const given = `gave up after ${formatMs(Math.max(...runs.map(({ ms }) => ms)))}`
    return [`${peers === 1 ? 'not connected' : `${connected} of ${peers}`}, ${given}`, ...notes].join(', ')
  }

  if (!fails && connected < peers) {
    notes.unshift(peers === 1 ? 'not every run connected' : `worst run ${connected} of ${peers}`)
  }

  return [formatMs(median), ...notes].join(', ')
}

export function toRows (results: Results): string[][] {
  const { dialers, cases } = results
  const verdicts = judgeAll(results)

  return [
    ['case', ...dialers.map(({ implementation }) => implementation), 'goal', ''],
    ...cases.map(({ name, goal, results }, index) => [
      name,
      ...results.map(result => describeResult(result, goal)),
      ...describeVerdict(verdicts[index])
    ])
  ]
}

/** Whether the goal of each case was met; undefined where this repository's dialer did not run. */
export function judgeAll ({ cases }: Results): Array<Verdict | undefined> {
  // the first case is that of one good address
  const result = (name: string): CaseResult | undefined => cases[0]?.results.find(({ dialer }) => dialer === name)
  const reference = { h: result('ours')?.median ?? NaN, spread: spread(result('ours')?.runs ?? []), js: result('js')?.median ?? NaN }

  return cases.map(({ goal, results }) => {
    const ours = results.find(({ dialer }) => dialer === 'ours')
    return ours === undefined ? undefined : judge(goal, reference, ours)
  })
}

/** From the 10th to the 90th percentile of the times, ms. */
export function spread (runs: Measurement[]): number {
  const sorted = runs.map(({ ms }) => ms).sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? NaN

  return at(0.9) - at(0.1)
}

function describeVerdict (verdict: Verdict | undefined): [string, string] {
  if (verdict === undefined) {
    return ['', '']
  }

  const { goal, missed, within } = verdict

  if (missed.length > 0) {
    return [goal, `missed: ${missed.join(', ')}`]
  }

  return [goal, within === undefined ? 'met' : `met within the noise: ${within}`]
}

export function toTable (rows: string[][]): string {
  return pad(rows).map(row => row.join('  ').trimEnd()).join('\n')
}

export function toMarkdownTable (rows: string[][]): string {
  const [header = [], ...body] = pad(rows)
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`

  return [line(header), line(header.map(cell => '-'.repeat(cell.length))), ...body.map(line)].join('\n')
}

export function formatMs (ms: number): string {
  return ms < 100 ? `${ms.toFixed(1)} ms` : `${Math.round(ms).toLocaleString('en')} ms`
}

function pad (rows: string[][]): string[][] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows.map(row => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
}
