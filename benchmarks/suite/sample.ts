import type { MetricName } from './metrics.ts'
import type { Security } from '../peers/contract.ts'

/** One scenario, measured once or failed. */
export interface Sample {
  /** Round trip of the link, ms; 0 for loopback. */
  rtt: number
  security: Security | 'none'
  scenario: string

  /** A stack, or `dialer → listener` of two. */
  pair: string

  /** From 1. Of samples that differ in `pair` only, the ones of a round were measured one after the other. */
  round: number
  values: Partial<Record<MetricName, number>>
  error?: string
}
