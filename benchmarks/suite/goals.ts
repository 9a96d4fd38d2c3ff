import type { MetricName } from './metrics.ts'

export interface Goal {
  metric: MetricName

  /** The stack to beat. */
  against: string

  /** How many times better than that one ours has to be, at least. */
  times: number
}

/** Of the stack with all limits and checks on. */
export const GOALS: Goal[] = [
  { metric: 'upload', against: 'js', times: 2.5 },
  { metric: 'upload', against: 'go', times: 1 },
  { metric: 'download', against: 'go', times: 1 },
  { metric: 'echo', against: 'js', times: 8 },
  { metric: 'echo', against: 'go', times: 1 },
  { metric: 'dial', against: 'js', times: 3 },
  { metric: 'dial', against: 'go', times: 1 },
  { metric: 'memory', against: 'js', times: 3 },
  { metric: 'memory', against: 'go', times: 2 },
  { metric: 'transport-upload', against: 'js', times: 5 },
  { metric: 'transport-upload', against: 'tcp', times: 0.8 },
  { metric: 'transport-dial', against: 'js', times: 4 }
]

export interface Verdict extends Goal {
  /** How many times better ours is. */
  reached: number
  met: boolean
}

/** Undefined when the two were not measured. */
export function judge (goal: Goal, reached: number | undefined): Verdict | undefined {
  return reached == null ? undefined : { ...goal, reached, met: reached >= goal.times }
}

/** `met`, or by how much it was missed. */
export function describeVerdict ({ against, times, reached, met }: Verdict): string {
  const goal = `${times} × ${against}`

  return met ? `${goal}: met` : `${goal}: missed by ${Math.round((1 - reached / times) * 100)} %`
}
