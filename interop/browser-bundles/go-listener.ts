import { Child } from '../src/child-process.ts'
import type { Peer } from '../src/peers.ts'

export interface GoListener {
  peerId: string

  /** Over ws, with the peer id. */
  address: string
  stop(): Promise<void>
}

const START_TIMEOUT = 30_000

/** A Go peer that listens on the loopback. */
export async function startGoListener ({ args, command }: Peer): Promise<GoListener> {
  const child = new Child(command, [...args, 'listen', '--security', 'noise'])
  const { addrs, peerId } = JSON.parse(await child.readLine(START_TIMEOUT))

  return { peerId, address: addrs[0], stop: async () => child.stop() }
}
