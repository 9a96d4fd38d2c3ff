import { LISTENING_HOSTS, timeCommand } from './pair.ts'
import type { MetricName } from './metrics.ts'
import type { Pair } from './pair.ts'
import type { Command } from '../peers/contract.ts'

/** How much of everything is done in one round. */
export interface Sizes {
  /** Bytes of a transfer, over all streams. */
  bytes: number

  /** Streams opened. */
  streams: number

  /** Connections opened. */
  dials: number
}

export type Values = Partial<Record<MetricName, number>>

export interface Scenario {
  name: string

  /** The code that it runs: what one scenario has warmed up in a process is warm for the next. */
  path: string

  /** Whether it is measured between two different stacks too. */
  cross: boolean

  /** Whether it is measured over a link with a delay too. */
  delayed: boolean

  /** Its command, for a share of the sizes: a part of it is done before, to warm up. */
  command(pair: Pair, sizes: Sizes): Command
  values(measured: { ms: number, cpuSeconds: number }, sizes: Sizes): Values
}

/** What goes on beside a measurement, and not while warming up. */
export type Around = (task: () => Promise<Values>) => Promise<Values>

const MIB = 1024 * 1024

/** For one command, ms. */
const TIMEOUT = 60_000

export const SCENARIOS: Scenario[] = [
  transfer('upload', { up: 1, down: 0, cross: true, delayed: true, cpu: 'upload-cpu' }),
  transfer('download', { up: 0, down: 1, cross: true, delayed: true, cpu: 'download-cpu' }),
  transfer('download-kept', { up: 0, down: 1, keep: true }),
  transfer('both', { up: 0.5, down: 0.5 }),
  transfer('upload-16', { up: 1, down: 0, streams: 16 }),
  transfer('download-16', { up: 0, down: 1, streams: 16 }),
  {
    name: 'echo',
    path: 'echo',
    cross: false,
    delayed: true,
    command: (_, { streams }) => ({ command: 'echo', count: streams, concurrency: 1 }),
    values: ({ ms, cpuSeconds }, { streams }) => ({ echo: ms / streams, 'echo-cpu': cpuSeconds * 1_000 / streams })
  },
  {
    name: 'echo-16',
    path: 'echo',
    cross: false,
    delayed: false,
    command: (_, { streams }) => ({ command: 'echo', count: multipleOf(16, streams), concurrency: 16 }),
    values: ({ ms }, { streams }) => ({ 'echo-16': multipleOf(16, streams) / ms * 1_000 })
  },
  {
    name: 'dial',
    path: 'dial',
    cross: false,
    delayed: true,
    command: ({ security, bareAddresses }, { dials }) => ({ command: 'dial', security, addresses: bareAddresses, count: dials, concurrency: 1 }),
    values: ({ ms, cpuSeconds }, { dials }) => ({ dial: ms / dials, 'dial-cpu': cpuSeconds * 1_000 / dials })
  },
  {
    name: 'dial-16',
    path: 'dial',
    cross: false,
    delayed: false,
    command: ({ security, bareAddresses }, { dials }) => ({
      command: 'dial',
      security,
      addresses: bareAddresses,
      count: multipleOf(LISTENING_HOSTS, dials),
      concurrency: LISTENING_HOSTS
    }),
    values: ({ ms }, { dials }) => ({ 'dial-16': multipleOf(LISTENING_HOSTS, dials) / ms * 1_000 })
  }
]

/** Of the whole warm-up, for a process that is warm. */
const SHARE_WHEN_WARM = 0.1

/**
 * Runs a scenario once, after warming up.
 *
 * @throws {Error} when a peer fails or takes too long
 */
export async function measure (scenario: Scenario, pair: Pair, sizes: Sizes, warmUp: Sizes, around: Around = async task => task()): Promise<Values> {
  await pair.dialer.run(scenario.command(pair, pair.warm.has(scenario.path) ? share(warmUp, SHARE_WHEN_WARM) : warmUp), TIMEOUT)
  pair.warm.add(scenario.path)

  return around(async () => scenario.values(await timeCommand(pair, scenario.command(pair, sizes), TIMEOUT), sizes))
}

interface TransferInit {
  /** The share of all bytes that goes each way. */
  up: number
  down: number

  /** Default: 1. */
  streams?: number

  /** Default: false. */
  keep?: boolean
  cross?: boolean
  delayed?: boolean

  /** The metric of CPU time. */
  cpu?: MetricName
}

function transfer (name: MetricName, { up, down, streams = 1, keep = false, cross = false, delayed = false, cpu }: TransferInit): Scenario {
  return {
    name,
    path: name,
    cross,
    delayed,
    command: (_, { bytes }) => ({
      command: 'transfer',
      streams,
      up: Math.round(up * bytes / streams),
      down: Math.round(down * bytes / streams),
      keep
    }),
    values: ({ ms, cpuSeconds }, { bytes }) => ({
      [name]: bytes / MIB / (ms / 1_000),
      ...(cpu == null ? {} : { [cpu]: cpuSeconds / (bytes / MIB / 1_024) })
    })
  }
}

function share ({ bytes, streams, dials }: Sizes, part: number): Sizes {
  return { bytes: Math.ceil(bytes * part), streams: Math.ceil(streams * part), dials: Math.ceil(dials * part) }
}

function multipleOf (factor: number, count: number): number {
  return Math.ceil(count / factor) * factor
}
