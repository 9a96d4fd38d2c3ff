import { GOALS, judge } from './goals.ts'
import { METRICS, timesBetter } from './metrics.ts'
import { median, summarize } from './statistics.ts'
import type { Verdict } from './goals.ts'
import type { MetricName } from './metrics.ts'
import type { Sample } from './sample.ts'
import type { Summary } from './statistics.ts'

/** What one metric is for each pair under the same conditions. */
export interface MetricSummary {
  rtt: number
  security: Sample['security']
  metric: MetricName

  /** By name of the pair. */
  pairs: Record<string, Summary>

  /** How many times better ours is than each other pair: the median over the rounds, in which the two took turns. */
  ratios: Record<string, number>
  verdicts: Verdict[]
}

/** A scenario that failed, with the error of its first time. */
export interface Failure extends Pick<Sample, 'rtt' | 'security' | 'scenario' | 'pair'> {
  times: number
  error: string
}

export function summarizeSamples (samples: Sample[]): MetricSummary[] {
  const groups = Map.groupBy(samples, ({ rtt, security }) => `${rtt} ${security}`)

  return [...groups.values()].flatMap(group => (Object.keys(METRICS) as MetricName[])
    .flatMap(metric => summarizeMetric(metric, group.filter(({ values }) => values[metric] != null))))
}

function summarizeMetric (metric: MetricName, samples: Sample[]): MetricSummary[] {
  const [first] = samples

  if (first == null) {
    return []
  }

  const { rtt, security } = first
  const byPair = Map.groupBy(samples, ({ pair }) => pair)
  const pairs: Record<string, Summary> = {}
  const ratios: Record<string, number> = {}

  for (const [pair, measured] of byPair) {
    const summary = summarize(measured.flatMap(({ values }) => values[metric] ?? []))

    if (summary != null) {
      pairs[pair] = summary
    }

    if (pair !== 'ours') {
      const ratio = ratioOfRounds(metric, byPair.get('ours') ?? [], measured)
      Number.isNaN(ratio) || (ratios[pair] = ratio)
    }
  }

  return [{ rtt, security, metric, pairs, ratios, verdicts: verdicts({ rtt, security, metric, ratios }) }]
}

function ratioOfRounds (metric: MetricName, ours: Sample[], others: Sample[]): number {
  return median(others.flatMap(other => {
    const mine = ours.find(({ round }) => round === other.round)?.values[metric]
    const theirs = other.values[metric]

    return mine == null || theirs == null ? [] : timesBetter(METRICS[metric], mine, theirs)
  }))
}

/** Goals are of loopback, and of our own noise where there is security at all. */
function verdicts ({ rtt, security, metric, ratios }: Pick<MetricSummary, 'rtt' | 'security' | 'metric' | 'ratios'>): Verdict[] {
  if (rtt !== 0 || security === 'tls') {
    return []
  }

  return GOALS.filter(goal => goal.metric === metric).flatMap(goal => judge(goal, ratios[goal.against]) ?? [])
}

export function findFailures (samples: Sample[]): Failure[] {
  const failed = Map.groupBy(
    samples.filter(({ error }) => error != null),
    ({ rtt, security, scenario, pair }) => [rtt, security, scenario, pair].join()
  )

  return [...failed.values()].flatMap(times => times.slice(0, 1).map(({ rtt, security, scenario, pair, error = '' }) => (
    { rtt, security, scenario, pair, times: times.length, error }
  )))
}

export function countGoals (summaries: MetricSummary[]): { met: number, all: number } {
  const all = summaries.flatMap(({ verdicts }) => verdicts)

  return { met: all.filter(({ met }) => met).length, all: all.length }
}
