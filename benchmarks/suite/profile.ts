import { mkdir } from 'node:fs/promises'
import type { Pair, PairNames } from './pair.ts'

/** For starting and writing a profile, ms. */
const TIMEOUT = 60_000

/** Runs `task` with a CPU profile of both ends where they are TypeScript, in files that begin with `prefix`. Each round replaces the one before. */
export async function profiled<T> (pair: Pair, { name, dialer, listener }: PairNames, prefix: string, task: () => Promise<T>): Promise<T> {
  const ends = [
    { role: 'dialer', peer: pair.dialer, stack: dialer },
    { role: 'listener', peer: pair.listener, stack: listener }
  ].filter(({ stack }) => stack.name !== 'go')
  await mkdir(prefix.slice(0, prefix.lastIndexOf('/')), { recursive: true })
  await Promise.all(ends.map(async ({ peer }) => peer.run({ command: 'start-profile' }, TIMEOUT)))

  try {
    return await task()
  } finally {
    await Promise.all(ends.map(async ({ peer, role }) => peer.run({
      command: 'stop-profile',
      file: `${prefix}-${name.replaceAll(' → ', '-')}-${role}.cpuprofile`
    }, TIMEOUT)))
  }
}
