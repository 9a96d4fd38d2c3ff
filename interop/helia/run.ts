/**
 * Two Helia nodes give each other a file, one of them on `@libp2p-ws/host`, the
 * other on js-libp2p.
 *
 *   node interop/helia/run.ts [mebibytes, default 100]
 *
 * Ends with 1 when bytes differ.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { installWorkspaces } from './workspaces.ts'
import type { Workspace } from './workspaces.ts'
import type { ChildProcess } from 'node:child_process'

const PEER = fileURLToPath(new URL('peer.ts', import.meta.url))
const [mebibytes = '100'] = process.argv.slice(2)
const workspaces = await installWorkspaces()
let isEqual = true

for (const helia of ['6', '7'] as const) {
  const [stock, ours] = workspaces.filter(workspace => workspace.helia === helia)

  if (stock != null && ours != null) {
    await transfer(stock, ours)
    await transfer(ours, stock)
  }
}

process.exitCode = isEqual ? 0 : 1

async function transfer (from: Workspace, to: Workspace): Promise<void> {
  const adder = startPeer(from, 'add', mebibytes)

  try {
    const added = await answer(adder)
    const got = await answer(startPeer(to, 'get', added.address, added.cid))
    const equal = got.sha256 === added.sha256
    isEqual &&= equal
    process.stdout.write(`helia ${from.helia}: ${from.libp2p} → ${to.libp2p} (${got.agent}), ${got.bytes} bytes: ${equal ? 'equal' : 'DIFFERENT'}\n`)
  } finally {
    adder.kill()
  }
}

function startPeer ({ directory, helia, libp2p }: Workspace, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [PEER, ...args], {
    cwd: directory,
    env: { ...process.env, HELIA: helia, LIBP2P: libp2p },
    stdio: ['ignore', 'pipe', 'inherit']
  })
}

/** The line that a peer prints. */
async function answer (peer: ChildProcess): Promise<any> {
  return new Promise((resolve, reject) => {
    peer.once('exit', code => { reject(new Error(`a peer ended with ${code}`)) })
    peer.stdout != null && createInterface(peer.stdout).once('line', line => { resolve(JSON.parse(line)) })
  })
}
