import type { Link } from './link.ts'
import type { Peer } from './peer.ts'
import type { Stack } from './stacks.ts'
import type { Answer, Command, Security } from '../peers/contract.ts'

/** As many as there are dials at once. */
export const LISTENING_HOSTS = 16

/** For a process to start, listen and connect, ms. */
const START_TIMEOUT = 30_000

/** Which stack dials which. */
export interface PairNames {
  /** `ours`, or `ours → go`. */
  name: string
  dialer: Stack
  listener: Stack
}

/** A listener and a dialer that is connected to it. */
export interface Pair {
  security: Security
  dialer: Peer
  listener: Peer

  /** Of hosts with the services that they have by default; the dialer is connected to the first. */
  addresses: string[]

  /** Of hosts without identify. */
  bareAddresses: string[]

  /** Paths of scenarios that the processes have run for long enough to be warm. */
  warm: Set<string>
}

/** @throws {Error} when a peer does not start, or they cannot connect */
export async function openPair ({ dialer, listener }: PairNames, link: Link, security: Security): Promise<Pair> {
  const pair: Pair = {
    security,
    dialer: link.startDialer(dialer),
    listener: link.startListener(listener),
    addresses: [],
    bareAddresses: [],
    warm: new Set()
  }

  try {
    const listen = async (hosts: number, bare: boolean): Promise<Answer> =>
      pair.listener.run({ command: 'listen', security, listen: link.listen, hosts, bare }, START_TIMEOUT)
    pair.addresses = (await listen(1, false)).addresses ?? []
    pair.bareAddresses = (await listen(LISTENING_HOSTS, true)).addresses ?? []
    await pair.dialer.run({ command: 'connect', security, address: pair.addresses[0] ?? '' }, START_TIMEOUT)
  } catch (err) {
    await closePair(pair)
    throw err
  }

  return pair
}

/** What the dialer does with a command takes so many ms, and costs so many seconds of CPU at both ends. */
export async function timeCommand ({ dialer, listener }: Pair, command: Command, timeout: number): Promise<{ ms: number, cpuSeconds: number }> {
  const before = dialer.cpuSeconds + listener.cpuSeconds
  const { ms = NaN } = await dialer.run(command, timeout)

  return { ms, cpuSeconds: dialer.cpuSeconds + listener.cpuSeconds - before }
}

export async function closePair ({ dialer, listener }: Pair): Promise<void> {
  await Promise.all([dialer.stop(), listener.stop()])
}
