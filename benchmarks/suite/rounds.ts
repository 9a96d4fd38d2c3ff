import { join } from 'node:path'
import { LOOPBACK } from './link.ts'
import { closePair, openPair } from './pair.ts'
import { profiled } from './profile.ts'
import { measure, SCENARIOS } from './scenarios.ts'
import type { Link } from './link.ts'
import type { Options } from './options.ts'
import type { Pair, PairNames } from './pair.ts'
import type { Progress } from './progress.ts'
import type { Sample } from './sample.ts'
import type { Scenario, Values } from './scenarios.ts'
import type { Stack } from './stacks.ts'
import type { Security } from '../peers/contract.ts'

/** The stacks with themselves, and ours with go. */
export function pairNames (stacks: Stack[], cross: boolean): PairNames[] {
  const same = stacks.map(stack => ({ name: stack.name, dialer: stack, listener: stack }))
  const ours = stacks.find(({ name }) => name === 'ours')
  const go = stacks.find(({ name }) => name === 'go')

  return !cross || ours == null || go == null
    ? same
    : [...same, { name: 'ours → go', dialer: ours, listener: go }, { name: 'go → ours', dialer: go, listener: ours }]
}

export function scenariosOf (options: Options, pair: PairNames, delayed: boolean): Scenario[] {
  return SCENARIOS.filter(scenario => options.scenarios.includes(scenario.name) &&
    (pair.dialer === pair.listener ? scenario.delayed || !delayed : scenario.cross && !delayed))
}

/**
 * One round: new processes for every pair, then scenario by scenario the pairs in
 * turns, so that what disturbs the machine disturbs all of them. Another pair
 * begins in each round.
 */
export async function runRound (round: number, pairs: PairNames[], link: Link, security: Security, options: Options, progress: Progress): Promise<Sample[]> {
  const samples: Sample[] = []
  const delayed = link.rtt > 0
  const open = new Map<PairNames, Pair | Error>()
  const order = rotate(pairs.filter(pair => scenariosOf(options, pair, delayed).length > 0), round)

  try {
    for (const names of order) {
      open.set(names, await openPair(names, link, security).catch(err => err))
    }

    for (const scenario of SCENARIOS) {
      for (const names of order.filter(names => scenariosOf(options, names, delayed).includes(scenario))) {
        progress.next(describe(link.rtt, security, scenario.name, names.name, round))
        const sample = { rtt: link.rtt, security, scenario: scenario.name, pair: names.name, round }

        try {
          samples.push({ ...sample, values: await runScenario(scenario, open.get(names), names, delayed, options) })
        } catch (err: any) {
          progress.note(`${names.name}: ${err.message}`)
          samples.push({ ...sample, values: {}, error: err.message })
          await reopen(open, names, link, security)
        }
      }
    }
  } finally {
    await Promise.all([...open.values()].map(async pair => pair instanceof Error || closePair(pair)))
  }

  return samples
}

async function runScenario (scenario: Scenario, pair: Pair | Error | undefined, names: PairNames, delayed: boolean, options: Options): Promise<Values> {
  if (pair == null || pair instanceof Error) {
    throw pair ?? new Error('was not started')
  }

  const { sizes, warmUp } = delayed ? options.delayed : options
  const { profile } = options

  return profile == null
    ? measure(scenario, pair, sizes, warmUp)
    : measure(scenario, pair, sizes, warmUp, async task => profiled(pair, names, join(profile, `${pair.security}-${scenario.name}`), task))
}

/** A pair that failed may be in any state, and answer late: the next scenario gets a new one. */
async function reopen (open: Map<PairNames, Pair | Error>, names: PairNames, link: Link, security: Security): Promise<void> {
  const broken = open.get(names)

  if (broken != null && !(broken instanceof Error)) {
    await closePair(broken)
    open.set(names, await openPair(names, link, security).catch(err => err))
  }
}

/** What has processes of its own for each measurement, in turns. */
export async function runTurns<Item extends { name: string }> (round: number, items: readonly Item[], conditions: Pick<Sample, 'security' | 'scenario'>, once: (item: Item) => Promise<Values>, progress: Progress): Promise<Sample[]> {
  const samples: Sample[] = []
  const { security, scenario } = conditions

  for (const item of rotate(items, round)) {
    const { name } = item
    progress.next(describe(LOOPBACK.rtt, security, scenario, name, round))
    const sample = { rtt: LOOPBACK.rtt, security, scenario, pair: name, round }

    try {
      samples.push({ ...sample, values: await once(item) })
    } catch (err: any) {
      progress.note(`${name}: ${err.message}`)
      samples.push({ ...sample, values: {}, error: err.message })
    }
  }

  return samples
}

function describe (rtt: number, security: Sample['security'], scenario: string, pair: string, round: number): string {
  return `round ${round}${rtt === 0 ? '' : `, ${rtt} ms round trip`}, ${security}, ${scenario}, ${pair}`
}

/** The list from another element on for each round. */
export function rotate<T> (list: readonly T[], round: number): T[] {
  const start = (round - 1) % Math.max(1, list.length)

  return [...list.slice(start), ...list.slice(0, start)]
}
