import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LossyLink } from './lossy-link.ts'
import type { Order, Report, RestingState } from './messages.ts'
import type { ChildProcess } from 'node:child_process'

export interface SoakInit {
  /** Rounds of work; after each everything rests and is looked at. */
  rounds: number

  /** Of work in each, ms; a partition of 5 s is in the middle. */
  roundTime: number

  /** Share of packets, 0 to 1. */
  loss: number

  /** Told of each round. */
  onRound?(round: number, states: SoakStates): void
}

export interface SoakStates {
  listener: RestingState
  dialer: RestingState
}

const PARTITION = 5_000

/** Each round a whole process of dialers dies in the middle of its work. */
const KILL_AFTER = 2_000

/** Ms that a process may take to rest: longer than any ping, transfer or close takes to give up. */
const REST_TIMEOUT = 60_000

/**
 * Two peers' processes over a link that loses packets, with churn, kills and
 * partitions.
 *
 * @returns the states after each round, the first one first
 */
export async function soak ({ rounds, roundTime, loss, onRound }: SoakInit): Promise<SoakStates[]> {
  const link = new LossyLink(loss)
  const children: ChildProcess[] = []
  const states: SoakStates[] = []

  try {
    link.open()
    const start = (netns: string, script: string): ChildProcess => {
      const child = spawn('ip', ['netns', 'exec', netns, process.execPath, '--expose-gc', new URL(script, import.meta.url).pathname], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
      children.push(child)

      return child
    }
    const listener = start(link.listener, 'listener.ts')
    const target = await next(listener, 'listening')
    const dialer = start(link.dialer, 'dialer.ts')

    for (let round = 1; round <= rounds; round++) {
      const victim = start(link.dialer, 'dialer.ts')
      tell(victim, { type: 'start', target })
      tell(dialer, { type: 'start', target })
      await pause(KILL_AFTER)
      victim.kill('SIGKILL')
      await pause((roundTime - PARTITION - KILL_AFTER) / 2)
      link.cut()
      await pause(PARTITION)
      link.heal()
      await pause((roundTime - PARTITION - KILL_AFTER) / 2)
      const dialerState = await rest(dialer)
      const state = { dialer: dialerState, listener: await rest(listener) }
      states.push(state)
      onRound?.(round, state)
    }

    for (const child of [dialer, listener]) {
      const exit = once(child, 'exit')
      tell(child, { type: 'stop' })
      await within(exit, 'ending')
    }

    return states
  } finally {
    children.forEach(child => { child.kill('SIGKILL') })
    await Promise.all(children.filter(({ exitCode, signalCode }) => exitCode == null && signalCode == null).map(async child => once(child, 'exit')))
    link.close()
  }
}

async function rest (child: ChildProcess): Promise<RestingState> {
  const rested = within(next(child, 'rested'), 'coming to rest')
  tell(child, { type: 'rest' })

  return (await rested).state
}

async function next<T extends Report['type']> (child: ChildProcess, type: T): Promise<Extract<Report, { type: T }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<Report, { type: T }>>()
  const onMessage = (message: unknown): void => {
    const report = message as Report
    report.type === type && resolve(report as Extract<Report, { type: T }>)
  }
  const onExit = (code: number | null): void => { reject(new Error(`a process ended with ${code}`)) }
  child.on('message', onMessage).on('exit', onExit)

  return promise.finally(() => { child.off('message', onMessage).off('exit', onExit) })
}

function tell (child: ChildProcess, order: Order): void {
  child.send(order)
}

async function within<T> (task: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => { reject(new Error(`${what} took longer than ${REST_TIMEOUT} ms`)) }, REST_TIMEOUT)
  })

  return Promise.race([task, deadline]).finally(() => { clearTimeout(timer) })
}

async function pause (ms: number): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, ms))
}

/** What a soak must not show; nothing when all is well. */
export function findings (states: readonly SoakStates[], warmUp: number): string[] {
  return (['listener', 'dialer'] as const).flatMap(name => {
    const own = states.map(state => state[name])
    const [first] = own
    const settled = own.slice(warmUp).map(({ heap }) => heap)
    const [base = 0] = settled
    const most = Math.max(...settled)

    return [
      ...own.at(-1)?.violations ?? [],
      ...own.flatMap(({ held }, i) => Object.keys(held).length === 0 ? [] : [`round ${i + 1}: the ${name} still holds ${JSON.stringify(held)}`]),
      ...own.flatMap(({ handles }, i) => handles.join() === first?.handles.join() ? [] : [`round ${i + 1}: the ${name} has ${handles.join()} open, after the first ${first?.handles.join()}`]),
      ...most > 1.1 * base ? [`the ${name}'s heap grew from ${base} to ${most} bytes`] : []
    ]
  })
}
