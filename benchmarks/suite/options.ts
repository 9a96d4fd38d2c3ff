import { parseArgs } from 'node:util'
import { SECURITIES } from '../peers/contract.ts'
import { SCENARIOS } from './scenarios.ts'
import { STACKS } from './stacks.ts'
import type { Sizes } from './scenarios.ts'
import type { StackName } from './stacks.ts'
import type { Security } from '../peers/contract.ts'

/** Scenarios that have processes of their own. */
export const MEMORY = 'memory'
export const TRANSPORT = 'transport'
export const SCENARIO_NAMES: string[] = [...SCENARIOS.map(({ name }) => name), MEMORY, TRANSPORT]

export interface Options {
  rounds: number
  scenarios: string[]
  stacks: StackName[]
  securities: Security[]

  /** Ours with go too, both ways. */
  cross: boolean

  /** Round trips of links with a delay, ms. */
  rtts: number[]
  sizes: Sizes

  /** What is done before each measurement, so that code is warm. */
  warmUp: Sizes

  /** On a link with a delay, where each of them takes long. */
  delayed: { rounds: number, sizes: Sizes, warmUp: Sizes }

  /** The same for memory. */
  idleConnections: number
  memoryRounds: number
  build: boolean

  /** Folder for CPU profiles. */
  profile?: string

  /** Nothing is left out: what is measured may be published. */
  complete: boolean
}

const MIB = 1024 * 1024
const FULL = {
  rounds: 5,
  rtts: [20, 100],
  sizes: { bytes: 256 * MIB, streams: 2_000, dials: 400 },
  warmUp: { bytes: 64 * MIB, streams: 10_000, dials: 3_000 },
  delayed: {
    rounds: 3,
    sizes: { bytes: 64 * MIB, streams: 16, dials: 8 },
    warmUp: { bytes: 16 * MIB, streams: 2, dials: 1 }
  },
  idleConnections: 2_000,
  memoryRounds: 3
}
const QUICK: typeof FULL = {
  rounds: 2,
  rtts: [],
  sizes: { bytes: 64 * MIB, streams: 320, dials: 64 },
  warmUp: { bytes: 32 * MIB, streams: 320, dials: 96 },
  delayed: {
    rounds: 1,
    sizes: { bytes: 32 * MIB, streams: 8, dials: 4 },
    warmUp: { bytes: 8 * MIB, streams: 2, dials: 1 }
  },
  idleConnections: 200,
  memoryRounds: 1
}

/** @throws {TypeError} for an option that cannot be used */
export function parseOptions (args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      scenario: { type: 'string' },
      stacks: { type: 'string' },
      security: { type: 'string' },
      rtt: { type: 'string' },
      'no-cross': { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      profile: { type: 'string' }
    }
  })
  const defaults = values.quick ? QUICK : FULL
  const rounds = values.rounds == null ? defaults.rounds : toNumber('rounds', values.rounds)
  const complete = [values.scenario, values.stacks, values.security, values.rtt, values.profile].every(value => value == null) &&
    !values.quick && !values['no-cross'] && rounds >= FULL.rounds

  return {
    ...defaults,
    rounds,
    memoryRounds: values.rounds == null ? defaults.memoryRounds : rounds,
    delayed: { ...defaults.delayed, rounds: values.rounds == null ? defaults.delayed.rounds : rounds },
    scenarios: select('scenario', values.scenario, SCENARIO_NAMES),
    stacks: select('stacks', values.stacks, STACKS),
    securities: select('security', values.security, SECURITIES),
    rtts: values.rtt == null ? defaults.rtts : values.rtt.split(',').filter(rtt => rtt !== '').map(rtt => toNumber('rtt', rtt)),
    cross: !values['no-cross'] && !values.quick,
    build: !values['no-build'],
    complete,
    ...(values.profile == null ? {} : { profile: values.profile })
  }
}

function select<Name extends string> (option: string, value: string | undefined, names: readonly Name[]): Name[] {
  if (value == null) {
    return [...names]
  }

  return value.split(',').map(wanted => {
    const name = names.find(name => name === wanted)

    if (name == null) {
      throw new TypeError(`--${option} "${wanted}" is none of ${names.join(', ')}`)
    }

    return name
  })
}

function toNumber (option: string, value: string): number {
  const number = Number(value)

  if (!Number.isInteger(number) || number < 1) {
    throw new TypeError(`--${option} must be a whole number of 1 or more, not "${value}"`)
  }

  return number
}
