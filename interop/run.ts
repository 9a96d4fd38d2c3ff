// Runs the interop matrix, prints it and writes results.json and results.md:
//
//     node run.ts [--peers go,js,rust,py]
//
// Without --peers: those that are quickly built. Exits with 1 if anything failed.
// A peer whose toolchain is missing is skipped. The files are written when Go and
// JavaScript peers have run.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { MissingToolchainError } from './src/builds.ts'
import { cellsWith, Listeners, runCell } from './src/matrix.ts'
import { preparePeer, QUICK_PEERS, REMOTE_PEERS } from './src/peers.ts'
import { toJSON, toMarkdown, toTable } from './src/results.ts'
import type { CellResult } from './src/matrix.ts'
import type { Peer, PeerName, RemoteName } from './src/peers.ts'

const { values } = parseArgs({ options: { peers: { type: 'string', default: QUICK_PEERS.join(',') } } })
const wanted = values.peers.split(',').map(toRemoteName)

const ours = await preparePeer('ours')
const remotes = (await Promise.all(wanted.map(prepareOrSkip))).filter(remote => remote != null)
const results: CellResult[] = []
const listeners = new Listeners()

try {
  for (const remote of remotes) {
    for (const { dialer, listener, security } of cellsWith(remote.name)) {
      const byName = (name: PeerName): Peer => name === 'ours' ? ours : remote
      const result = await runCell(byName(dialer), byName(listener), security, listeners)

      results.push(result)
      report(result)
    }
  }
} finally {
  await listeners.stop()
}

const peers = [ours, ...remotes]
process.stdout.write(`\n${toTable(results, peers)}\n\n`)

if (QUICK_PEERS.every(name => remotes.some(peer => peer.name === name))) {
  await writeFile(new URL('results.json', import.meta.url), toJSON(results, peers))
  await writeFile(new URL('results.md', import.meta.url), toMarkdown(results, peers))
}

const failed = results.filter(({ ok }) => !ok).length
process.stdout.write(`${results.length - failed} passed, ${failed} failed, ${wanted.length - remotes.length} peers skipped\n`)
process.exitCode = failed === 0 ? 0 : 1

function toRemoteName (name: string): RemoteName {
  const found = REMOTE_PEERS.find(peer => peer === name)

  if (found == null) {
    throw new TypeError(`--peers "${name}" is none of ${REMOTE_PEERS.join(', ')}`)
  }

  return found
}

async function prepareOrSkip (name: RemoteName): Promise<Peer & { name: RemoteName } | undefined> {
  try {
    return { ...await preparePeer(name), name }
  } catch (err) {
    if (!(err instanceof MissingToolchainError)) {
      throw err
    }

    process.stdout.write(`skipped: ${err.message}\n`)
  }
}

function report ({ dialer, listener, security, ok, failures }: CellResult): void {
  process.stdout.write(`${dialer} -> ${listener}, ${security}: ${ok ? 'ok' : 'FAILED'}\n`)
  failures.forEach((failure) => { process.stdout.write(`  ${failure}\n`) })
}
