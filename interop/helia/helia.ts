import { fileURLToPath } from 'node:url'
import { Child } from '../src/child-process.ts'
import type { Party, PartyKind } from './parties.ts'
import type { Workspace } from './workspaces.ts'

const PEER = fileURLToPath(new URL('peer.ts', import.meta.url))

/** Ms for a node to start, and to add or fetch its file. */
const TIMEOUT = 300_000

/** Helia in a process of its own, with the packages of `workspace`. */
export function helia ({ directory, helia, libp2p }: Workspace): PartyKind {
  const run = async (children: Child[], ...args: string[]): Promise<any> => {
    const child = new Child(process.execPath, [PEER, ...args], directory, { ...process.env, HELIA: helia, LIBP2P: libp2p })
    children.push(child)

    return JSON.parse(await child.readLine(TIMEOUT))
  }

  return {
    name: `Helia ${helia} on ${libp2p}`,
    async start (): Promise<Party> {
      const children: Child[] = []

      return {
        add: async mebibytes => run(children, 'add', String(mebibytes)),
        get: async (address, cid) => run(children, 'get', address, cid),
        stop: async () => { await Promise.all(children.map(async child => child.stop())) }
      }
    }
  }
}
