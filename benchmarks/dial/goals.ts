import type { CaseResult } from './results.ts'

/** Medians of the case of one good address that goals refer to, ms. */
export interface Reference {
  /** Of this repository's dialer. */
  h: number

  /** From the 10th to the 90th percentile of the runs that `h` is the median of, ms. */
  spread: number
  js: number
}

/** What this repository's dialer has to reach in a case. Whatever the case, it leaves no socket open. */
export interface Goal {
  /** How the time is written. */
  text: string

  /** The longest median. */
  ms?(reference: Reference): number

  /** `ms` is known no better than h: up to the spread of h above it is within the noise. */
  addsH?: boolean

  /** Sockets that it may open in all. */
  opened?: number

  /** Sockets that may be connecting at one time. */
  halfOpen?: number

  /** A word of the error. */
  says?: string
}

export interface Verdict {
  goal: string

  /** What was missed; empty when the goal was met. */
  missed: string[]

  /** By how much the time is over, where that is within the noise. */
  within?: string
}

export function judge ({ text, ms, addsH, opened, halfOpen, says }: Goal, reference: Reference, result: CaseResult): Verdict {
  const longest = ms?.(reference)
  const over = longest === undefined ? '' : late(result, longest)
  const isWithin = over !== '' && addsH === true && result.median != null && late(result, (longest ?? 0) + reference.spread) === ''
  const parts = [
    longest === undefined ? '' : toText(text, longest),
    opened === undefined ? '' : sockets(opened),
    halfOpen === undefined ? '' : `${halfOpen} at once`,
    says === undefined ? '' : 'told why'
  ]
  const missed = [
    isWithin ? '' : over,
    opened === undefined || result.opened <= opened ? '' : `${sockets(result.opened)}`,
    halfOpen === undefined || (result.halfOpen ?? Infinity) <= halfOpen ? '' : `${result.halfOpen} at once`,
    says === undefined || result.runs.every(({ error }) => error?.toLowerCase().includes(says)) ? '' : 'not told why',
    result.leftOpen > 0 ? `${result.leftOpen} left open` : ''
  ]

  return {
    goal: parts.filter(part => part !== '').join(', '),
    missed: missed.filter(part => part !== ''),
    ...(isWithin ? { within: over } : {})
  }
}

/** Whether the sockets of a case are worth a word in the table. */
export function countsSockets ({ opened }: Goal): boolean {
  return opened !== undefined
}

export function sockets (count: number): string {
  return `${count} ${count === 1 ? 'socket' : 'sockets'}`
}

function toText (text: string, longest: number): string {
  const value = Math.round(longest * 10) / 10

  return /[a-z]/.test(text) ? `${text} = ${value.toLocaleString('en')} ms` : `${text} ms`
}

function late ({ median, connected, peers, fails }: CaseResult, longest: number): string {
  if (median == null || (!fails && connected < peers)) {
    return 'not every run connected'
  }

  return median <= longest ? '' : `${(median - longest).toFixed(1)} ms over`
}
