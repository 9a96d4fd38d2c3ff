import { setTimeout } from 'node:timers/promises'
import { halfOpenSockets, openedSockets, openSockets } from './open-sockets.ts'
import type { DialCase, Listeners } from './cases.ts'
import type { Child } from '@libp2p-ws/interop/child-process'
import type { DialBatch, DialBatchReport } from '@libp2p-ws/interop/contract'

/** How long after a dial the sockets that are still open are counted, ms. */
const SETTLE = 500

/** Between two looks at the sockets that are connecting, ms; each takes 10 to 20 of them. */
const SAMPLE = 50

/** For a dialer to answer beyond the time it has for the dial, ms. */
const ANSWER_TIMEOUT = 10_000

/** A running dialer of one implementation. */
export interface Dialer {
  name: string
  implementation: string
  child: Child

  /** It is told to give up then, ms. */
  timeout: number
}

export interface Measurement {
  /** Ms until the last dial had ended. */
  ms: number

  /** Of so many calls, so many were answered with a connection. */
  peers: number
  connected: number

  /** Sockets that the dial opened. */
  opened: number

  /** Sockets that the dial opened beyond one for each peer that was connected to and did not close within `SETTLE`. */
  leftOpen: number

  /** Of the first dial that failed. */
  error?: string
}

/** Dials all targets of a case at once. */
export async function measure (dialer: Dialer, dialCase: DialCase, listeners: Listeners): Promise<Measurement> {
  const { pid } = dialer.child
  const targets = dialCase.targets(listeners)
  const options = dialCase.backoff === true ? { backoff: true } : {}

  if (dialCase.before !== undefined) {
    await dial(dialer, { targets: dialCase.before(listeners), ...options })
    await dial(dialer, { targets: [], sameHost: true }) // ends its connections
    await setTimeout(SETTLE)
  }

  const before = openSockets(pid)
  const openedBefore = openedSockets(pid)
  const { ms, outcomes } = await dial(dialer, {
    targets,
    ...options,
    ...(dialCase.before === undefined ? {} : { sameHost: true }),
    ...(dialCase.timeout === undefined ? {} : { timeoutMs: dialCase.timeout })
  })
  const opened = openedSockets(pid) - openedBefore
  const peersConnected = new Set(targets.filter((_, index) => outcomes[index]?.ok).map(({ peerId }) => peerId)).size
  const error = outcomes.find(({ ok }) => !ok)?.error

  await setTimeout(SETTLE)
  const leftOpen = openSockets(pid) - before - peersConnected
  await dial(dialer, { targets: [] }) // ends the host that dialed

  return {
    ms,
    peers: targets.length,
    connected: outcomes.filter(({ ok }) => ok).length,
    opened,
    leftOpen,
    ...(error == null ? {} : { error })
  }
}

/** The most sockets that were connecting at one time while a case was dialed. Looking takes CPU time, so nothing else is measured. */
export async function mostHalfOpen (dialer: Dialer, dialCase: DialCase, listeners: Listeners): Promise<number> {
  let most = 0
  const timer = setInterval(() => { most = Math.max(most, halfOpenSockets(dialer.child.pid)) }, SAMPLE)
  await measure(dialer, dialCase, listeners)
  clearInterval(timer)

  return most
}

/** Has a host of `dialer` dial all targets at once. */
export async function dial ({ child, timeout }: Dialer, batch: Omit<DialBatch, 'timeoutMs'> & { timeoutMs?: number }): Promise<DialBatchReport> {
  const limited: DialBatch = { timeoutMs: timeout, ...batch }
  child.writeLine(JSON.stringify(limited))

  return JSON.parse(await child.readLine(limited.timeoutMs + ANSWER_TIMEOUT))
}

export function median (values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN

  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}
