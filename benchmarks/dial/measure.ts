import { setTimeout } from 'node:timers/promises'
import { openSockets } from './open-sockets.ts'
import type { Child } from '@libp2p-ws/interop/child-process'
import type { DialBatch, DialBatchReport, DialTarget } from '@libp2p-ws/interop/contract'

/** How long after a dial the sockets that are still open are counted, ms. */
const SETTLE = 500

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

  /** Of so many peers, so many were connected. */
  peers: number
  connected: number

  /** Sockets that the dial opened beyond one for each connection and did not close within `SETTLE`. */
  leftOpen: number

  /** Of the first dial that failed. */
  error?: string
}

/** Dials all targets at once. */
export async function measure (dialer: Dialer, targets: DialTarget[]): Promise<Measurement> {
  const { pid } = dialer.child
  const before = openSockets(pid)
  const { ms, outcomes } = await dial(dialer, targets)
  const connected = outcomes.filter(({ ok }) => ok).length
  const error = outcomes.find(({ ok }) => !ok)?.error

  await setTimeout(SETTLE)
  const leftOpen = openSockets(pid) - before - connected
  await dial(dialer, []) // ends the host that dialed

  return { ms, peers: targets.length, connected, leftOpen, ...(error == null ? {} : { error }) }
}

/** Has a new host of `dialer` dial all targets at once. */
export async function dial ({ child, timeout }: Dialer, targets: DialTarget[]): Promise<DialBatchReport> {
  const batch: DialBatch = { targets, timeoutMs: timeout }
  child.writeLine(JSON.stringify(batch))

  return JSON.parse(await child.readLine(timeout + ANSWER_TIMEOUT))
}

export function median (values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? NaN

  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? NaN)) / 2
}
