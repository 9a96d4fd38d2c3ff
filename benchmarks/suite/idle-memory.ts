import { setTimeout } from 'node:timers/promises'
import { LOOPBACK } from './link.ts'
import type { Values } from './scenarios.ts'
import type { Stack } from './stacks.ts'
import type { Security } from '../peers/contract.ts'

/** Connections that come and go before, so that code and pools are there. */
const WARM_UP = 100

/** Dials at once. */
const CONCURRENCY = 8

/** Between the last connection and the measurement, ms: what is under way ends. */
const SETTLE = 1_500

/** For one command, ms. */
const TIMEOUT = 120_000

/**
 * What an idle inbound connection adds to the resident memory of a new listener,
 * garbage collected. All listeners are dialed by the same program, go-libp2p,
 * with an identity for each connection.
 *
 * @throws {Error} when a peer fails or takes too long
 */
export async function measureIdleMemory (stack: Stack, crowd: Stack, security: Security, connections: number): Promise<Values> {
  const listener = LOOPBACK.startListener(stack)
  const dialers = LOOPBACK.startDialer(crowd)

  try {
    const { addresses: [address = ''] = [] } = await listener.run({ command: 'listen', security, listen: LOOPBACK.listen, hosts: 1, bare: true }, TIMEOUT)
    const hold = async (count: number): Promise<number> => {
      await dialers.run({ command: 'hold', security, address, count, concurrency: CONCURRENCY }, TIMEOUT)
      await setTimeout(SETTLE)
      await listener.run({ command: 'collect-garbage' }, TIMEOUT)
      return listener.residentBytes
    }

    await hold(WARM_UP)
    await dialers.run({ command: 'release' }, TIMEOUT)
    const before = await hold(0)
    const after = await hold(connections)

    return { memory: (after - before) / connections / 1_024 }
  } finally {
    await Promise.all([listener.stop(), dialers.stop()])
  }
}
